"""Shadow tenants: where a company's people practise, apart from its real work."""
