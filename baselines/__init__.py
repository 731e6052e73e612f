"""The methods DPL is compared with. Every module here is one method; importing it makes the method known by name."""
