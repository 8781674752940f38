"""What touches the safety of an account: the security log, confirming, sessions, second factors."""
