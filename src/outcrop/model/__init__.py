"""What the API is: the AWS service model as botocore ships it, and structures generated from it."""
