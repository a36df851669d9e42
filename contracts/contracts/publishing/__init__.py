"""The contracts for readers outside this code: JSON Schemas, AsyncAPI documents, and what may change in them."""
