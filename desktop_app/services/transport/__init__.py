"""The way to a service and back: HTTP, proxies, certificates, sign-in, and what refusals mean."""
