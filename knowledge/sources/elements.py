"""The names of HTML's elements."""


def names(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


# Within a line of text; they do not part the words beside them.
PHRASING = names(
    "a abbr b bdi bdo br cite code del dfn em font i img ins kbd label mark q s samp small span strike",
    "strong sub sup time tt u var wbr",
)
HTML = PHRASING | names(
    "address area article aside audio base blockquote body button canvas caption center col colgroup data",
    "datalist dd details dialog div dl dt embed fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6",
    "head header hgroup hr html iframe input legend li link main map math menu meta meter nav noscript",
    "object ol optgroup option output p param picture pre progress rp rt ruby script search section",
    "select slot source style summary svg table tbody td template textarea tfoot th thead title tr track",
    "ul video",
)
# Their content is nobody's reading.
UNREAD = frozenset({"script", "style", "svg", "template"})
BREAKS = frozenset({"br", "hr"})
