"""What the checks of one area say alike: a module for each area that has such."""
