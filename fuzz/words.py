"""Words that mean something to the targets, mixed in by the fuzzer; blanks stand between them."""

XML = """\
<rss <feed <item> </item> <entry> </entry> <channel> <title> </title> <link href= <guid> <pubDate>
<description> <content:encoded> <![CDATA[ ]]> <!-- --> <?xml <!DOCTYPE <!ENTITY &#0; &#xD800; &amp;
&nbsp; xmlns= xmlns:a= xml:base= type=xhtml <enclosure url= <media:content <dc:creator>
<itunes:duration> </channel> </rss> <summary> <content> <author>"""

HTML = """\
<script> </script> <style> <svg> <math> <table> <td> <template> <select> <option> <iframe src= <a
href= <img srcset= data-src= <b> </b> <p> </p> <form> <noscript> <h1> <pre> <!-- --> --!> <![CDATA[
]]> javascript: data: &#58; &Tab; style= onerror= <mglyph> <annotation-xml <foreignObject> <title>
<textarea> <plaintext> <xmp> <video poster= <source <link rel=alternate rel=icon <base <meta
http-equiv=refresh"""

ADDRESSES = """\
http:// https:// // feed: @ [::1] [::ffff: %00 %2e .. / \\ ? # :80 :0 0x7f 127.1 2130706433 .example
localhost xn-- é 。 １ user:pass@ javascript: data: mailto: %20 ; & ="""

DATES = """\
Mon, Tue, Jan Feb Dec 2026 1999 26 T Z GMT EST +0100 -1200 : - / . , 年 月 日 오후 午後 am pm W01 -366
12:34:56 de of st th 1e9 1700000000 9999 0000 24:00:00 :60 janvier décembre مايو मई 民國 令和 พ.ศ."""

HEADERS = """\
ETag: Last-Modified: Link: Retry-After: Cache-Control: Expires: Date: Age: max-age= no-cache
;rel=hub <http:// >; Content-Location: Content-Type: W/ anchor= GMT , ; " = -1"""

JSON = """\
"items":[ {"id": "content_html": "content_text": "url": "title": "authors":[ "attachments":[
"tags":[ }, ]} null \\ud800 \\u0000 1e400 -1 "date_published": "hubs":[ "language": NaN true"""

OPML = """\
<opml <body> <outline text= title= xmlUrl= htmlUrl= category= frss: /> </outline> &amp; http://
xmlns:frss= type="""

RULES = """\
//item //a @href . .. text() div.a > b :has( :not( :nth-child(2n+1) [a=b] [*] [?a==`1`] | @ sort_by(&x) contains(
substring( concat( normalize-space() position()= last() ancestor:: following:: * // count( items[].a a.b.c $
<html> <div class=a> <b> </b> <a href= {"items":[ {"a": }, ]} <script> </script> string( translate( ( ) , "" ''"""

PASTED = """\
https://www.youtube.com/ /channel/ /@ /playlist?list= @name@host.example !community@host.example r/
u/ /r/ mastodon.social /users/ github.com gitlab.com bsky.app substack.com medium.com tumblr.com
wordpress.com feedly.com/i/subscription/feed/ validator.w3.org/check?url= podcasts.google.com/feed/
aHR0cHM6Ly9h <a href=" "> ( ) [ ] . , feed: rss: //"""
