"""A Converse client for any endpoint that speaks Bedrock Runtime: Outcrop's, or AWS's own."""
