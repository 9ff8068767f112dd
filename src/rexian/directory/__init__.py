"""The foundations that every room asks: tenants, people and their skills, queues, hours, customers, sign-in, audit."""
