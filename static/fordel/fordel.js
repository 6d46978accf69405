// The little script there is. Every page works without it.
