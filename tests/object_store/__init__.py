"""Files in an object store: moto's server, a process of its own, is the other side."""
