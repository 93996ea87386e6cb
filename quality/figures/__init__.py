"""What is told of judged data: scores, grades, ranking, report, profile, drift."""
