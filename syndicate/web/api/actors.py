"""Who may call a route of the API, by what the route lets its caller do."""

from typing import Annotated

from fastapi import Depends

from syndicate.store.platform.tokens import Actor, Permission
from syndicate.web.api.access import Needs

CanRead = Annotated[Actor, Depends(Needs(Permission.READ))]
CanEdit = Annotated[Actor, Depends(Needs(Permission.ARTICLES))]
CanSteer = Annotated[Actor, Depends(Needs(Permission.STEER))]
CanStop = Annotated[Actor, Depends(Needs(Permission.STOP))]
CanSend = Annotated[Actor, Depends(Needs(Permission.RUN))]
CanSteerSources = Annotated[Actor, Depends(Needs(Permission.SOURCES))]
CanImport = Annotated[Actor, Depends(Needs(Permission.IMPORT))]
CanExport = Annotated[Actor, Depends(Needs(Permission.EXPORT))]
CanTellAccepts = Annotated[Actor, Depends(Needs(Permission.ACCEPTS))]
CanMeasure = Annotated[Actor, Depends(Needs(Permission.METRICS))]
CanFindReaders = Annotated[Actor, Depends(Needs(Permission.READERS))]
CanEditTokens = Annotated[Actor, Depends(Needs(Permission.TOKENS))]
CanEditOperators = Annotated[Actor, Depends(Needs(Permission.OPERATORS))]
CanCareForReaders = Annotated[Actor, Depends(Needs(Permission.CARE))]
CanErase = Annotated[Actor, Depends(Needs(Permission.ERASE))]
CanEditFeeds = Annotated[Actor, Depends(Needs(Permission.FEEDS))]
CanMake = Annotated[Actor, Depends(Needs(Permission.NEWSROOM))]
CanEditNewsletters = Annotated[Actor, Depends(Needs(Permission.NEWSLETTERS))]
