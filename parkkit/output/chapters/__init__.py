"""What each chapter shows: its figures, the frames of its charts, the findings in their titles."""
