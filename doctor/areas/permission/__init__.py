"""What the checks of `permission` have in common: policies that were read are ruled on, AWS's own refusals stand for the rest."""
