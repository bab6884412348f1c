"""SAM and CloudFormation templates as files on the machine of whoever writes them; never a part of what is deployed."""
