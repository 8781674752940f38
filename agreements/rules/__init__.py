"""Calendar, pricing and state rules of agreements. Pure: no Django, no clock, no database."""
