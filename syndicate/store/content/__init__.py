"""What a newsroom published: articles, pictures, picks; and who may see which."""
