"""Night shift: drains the effects table and runs the timetable."""
