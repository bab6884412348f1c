"""The model of a VPC and the path analyser: pure, fed by describe-* replies, live or from files."""
