"""A real Kubernetes on one machine for the tests: a control plane and nodes in network namespaces of their own."""
