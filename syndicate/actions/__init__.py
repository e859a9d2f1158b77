"""What a reader does with one article: email, print, share, write to the desk."""
