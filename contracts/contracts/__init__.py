"""Events of all services: the public language of songda 送达."""
