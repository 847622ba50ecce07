"""The look of the briefing: on the screen one page with its annex, on paper A4 without it."""

SCREEN = """
:root{color-scheme:light}
body{font:17px/1.5 system-ui,"Segoe UI",Roboto,"Liberation Sans",sans-serif;color:#1a1a1a;background:#fff;margin:0}
main{max-width:66rem;margin:0 auto;padding:1.5rem 1rem 4rem}
header p{color:#4d4d4d;margin:.2rem 0 1.2rem}
h1{font-size:1.9rem;line-height:1.2;margin:.4rem 0}
h2{font-size:1.3rem;margin:2.2rem 0 .6rem;border-bottom:2px solid #0072b2;padding-bottom:.2rem}
h3{font-size:1.08rem;margin:1.4rem 0 .4rem}
p,ul{margin:.5rem 0}li{margin:.25rem 0}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.92rem}
caption{text-align:left;font-weight:600;padding:.4rem 0}
th,td{padding:.4rem .55rem;border-bottom:1px solid #d0d0d0;text-align:left;vertical-align:top;font-weight:400}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
thead th{background:#eef4f8;font-weight:600}
tr.family th{background:#f6f6f6;font-weight:700;border-bottom:1px solid #8a8a8a}tr.family span{font-weight:400}
.picture{width:8.6rem}.strip{width:8rem;height:.93rem;display:block;margin-top:.2rem}
.badge{display:inline-block;min-width:1.15em;padding:0 .15em;border-radius:.2em;color:#fff;font-weight:700;
text-align:center;font-size:.86em;line-height:1.35;text-shadow:0 0 2px #000,0 0 2px #000}
.better{color:#00664b;font-weight:600}.worse{color:#a33c00;font-weight:600}.none{color:#595959}
.filled{background:#fff4d6}
.judgement{text-decoration:underline dotted #8a5f00;text-underline-offset:.2em;color:#704d00}
.judgement::before{content:"\\2021\\00a0"}
.brief{background:#eef4f8;border-left:5px solid #0072b2;padding:.5rem 1.1rem}.brief h2{border:0;margin:.2rem 0}
.brief ul{list-style:none;padding:0}
.panels{display:grid;grid-template-columns:repeat(auto-fill,minmax(17rem,1fr));gap:1rem}
.panels figure{margin:0}.panels figcaption{font-size:.85rem;line-height:1.3;min-height:2.4em;color:#1a1a1a}
.bands{width:100%;height:auto}.key ul{list-style:none;padding:0}
.twin{display:inline-block;width:1.3em;border-top:2px solid #1a1a1a;vertical-align:middle}
figure{margin:1.5rem 0}figure svg{width:100%;height:auto}
figcaption{color:#595959}code,pre{background:#f2f2f2;padding:.1rem .3rem;border-radius:3px;overflow-wrap:anywhere}
pre{padding:.8rem;white-space:pre-wrap}small{color:#4d4d4d}
.annex{margin-top:4rem;border-top:6px solid #0072b2}.annex>h2{border:0;font-size:1.6rem}
.running{display:none}
"""

PRINT = """
@page{size:A4;margin:15mm 15mm 16mm;
@bottom-left{content:string(paper);font:7.5pt "Liberation Sans",Arial,sans-serif;color:#4d4d4d}
@bottom-right{content:"page " counter(page) " of " counter(pages);font:7.5pt "Liberation Sans",Arial,sans-serif;
color:#4d4d4d}}
@media print{
body{font:9pt/1.36 "Liberation Sans",Arial,Helvetica,sans-serif}
main{max-width:none;padding:0}
.annex{display:none}
.running{display:block;string-set:paper content();height:0;overflow:hidden;font-size:1pt;color:#fff}
header p{margin:.5mm 0 3mm}
h1{font-size:15pt;line-height:1.15;margin:0 0 1mm}
h2{font-size:11pt;margin:3.6mm 0 1.2mm;border-bottom:1pt solid #0072b2;padding-bottom:.4mm;break-after:avoid}
p,ul{margin:1mm 0}ul{padding-left:4.5mm}li{margin:.5mm 0}
.scroll{overflow:visible}
table{font-size:8pt;line-height:1.25}caption{padding:.6mm 0;font-size:8.2pt;break-after:avoid}
th,td{padding:.75mm 1.4mm;border-bottom:.5pt solid #d0d0d0}tr,tbody.group{break-inside:avoid}
thead{display:table-header-group}
table th:first-child{width:17%}table.effects th:first-child{width:25%}.spare th:first-child{width:31%}
table.effects td:last-child{white-space:nowrap}
.many{break-before:page}p small{display:block;line-height:1.25}
.whole,.brief{break-inside:avoid}
.brief{border-left-width:3pt;padding:1mm 3mm}.brief h2{margin:.5mm 0}
.picture{width:31mm}.strip{width:30mm;height:3.4mm;margin-top:.2mm}
.badge{text-shadow:none}
.panels{display:grid;grid-template-columns:1fr 1fr 1fr;gap:3mm}
.panels figcaption{font-size:7.4pt;min-height:0}
.key ul{padding:0;margin:0}.key li{margin:.6mm 0;font-size:8pt}
small{font-size:7.4pt}
pre{padding:1.4mm 2mm;font-size:7.6pt}code{font-size:7.6pt}
.tight{font-size:8pt;line-height:1.25}.short .spare{display:none}
.tight table{font-size:7.2pt;line-height:1.18}.tight th,.tight td{padding:.5mm 1mm}
.tight h2{margin:2.4mm 0 .8mm}.tight .panels figcaption,.tight small{font-size:6.8pt}
}
"""

STYLE = SCREEN + PRINT
