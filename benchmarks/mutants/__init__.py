"""Tests of the tests: small errors in the code, and the tests that notice them."""
