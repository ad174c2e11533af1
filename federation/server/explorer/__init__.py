"""The page at `/`: GraphiQL from our own files, or a plain page that says where GraphQL is.

No request goes to another host, and none could: the content security policy allows this origin
only, without inline script. Files that came from others are listed in `NOTICE`.
"""
