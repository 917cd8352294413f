"""What a drill comes to for each service, and estimates over drills with their errors."""
