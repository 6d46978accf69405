"""The only places where reports are written: closing weeks, setting closed ones right, drawing."""
