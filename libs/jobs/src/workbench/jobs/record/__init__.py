"""The record of jobs: rows that clients of a service submit, read, follow, cancel and delete, and what they hold."""
