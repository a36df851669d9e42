"""Signing in 登录: the login page and its steps, the way by a provider, one's own sessions. All without JavaScript."""
