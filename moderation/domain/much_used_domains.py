"""Much-used domains: people link to them for every reason, so that nobody's spam says what they are.

Written for Gatehouse: news, reference, public bodies, universities, charities, science, shops and
services that readers of a newspaper link to. Parts of a country's public sector are known by suffix.
Hosts where anybody opens a site of their own are left out.
"""


def _words(text: str) -> list[str]:
    return text.split()


_SUFFIXES = tuple(
    _words("""
    .gov .mil .edu .int .gov.uk .ac.uk .nhs.uk .police.uk .parliament.uk .gov.au .edu.au .gov.nz .ac.nz .govt.nz
    .gc.ca .gov.ie .gouv.fr .gov.it .gob.es .gov.pt .gov.pl .edu.pl .gv.at .ac.at .admin.ch .europa.eu .go.jp
    .ac.jp .gov.in .ac.in .nic.in .gov.br .edu.br .gov.za .ac.za .gob.mx .edu.mx .gob.ar .edu.ar .gov.sg .edu.sg
    .gov.hk .edu.hk .gov.il .ac.il .gov.tr .edu.tr .gov.gr .gov.ua .gov.cz .gov.sk .gov.si .gov.hr .gov.ro .gov.bg
    .gov.lv .gov.lt .gov.ph .gov.my .gov.ng .gov.gh .go.ke .go.kr .ac.kr .gov.tw .edu.tw
    """)
)
_DOMAINS = frozenset(
    _words("""
    bbc.co.uk bbc.com theguardian.com guardian.co.uk telegraph.co.uk thetimes.co.uk thetimes.com independent.co.uk
    dailymail.co.uk mirror.co.uk thesun.co.uk express.co.uk standard.co.uk ft.com economist.com newstatesman.com
    spectator.co.uk private-eye.co.uk sky.com itv.com channel4.com metro.co.uk inews.co.uk scotsman.com
    heraldscotland.com thenational.scot dailyrecord.co.uk walesonline.co.uk belfasttelegraph.co.uk irishnews.com
    yorkshirepost.co.uk manchestereveningnews.co.uk liverpoolecho.co.uk birminghammail.co.uk bristolpost.co.uk
    thestar.co.uk chroniclelive.co.uk pressandjournal.co.uk thecourier.co.uk irishtimes.com independent.ie rte.ie
    irishexaminer.com thejournal.ie nytimes.com washingtonpost.com wsj.com usatoday.com latimes.com chicagotribune.com
    bostonglobe.com sfchronicle.com sfgate.com seattletimes.com startribune.com denverpost.com dallasnews.com
    houstonchronicle.com miamiherald.com tampabay.com philly.com inquirer.com baltimoresun.com ajc.com oregonlive.com
    cleveland.com nj.com newsday.com nypost.com nydailynews.com csmonitor.com mercurynews.com azcentral.com
    reuters.com apnews.com ap.org afp.com bloomberg.com cnbc.com cnn.com foxnews.com nbcnews.com msnbc.com
    cbsnews.com abcnews.go.com go.com npr.org pbs.org propublica.org politico.com politico.eu axios.com thehill.com
    vox.com slate.com salon.com theatlantic.com newyorker.com harpers.org motherjones.com thenation.com
    nationalreview.com reason.com newsweek.com time.com usnews.com forbes.com fortune.com businessinsider.com
    insider.com huffpost.com huffingtonpost.com buzzfeed.com buzzfeednews.com thedailybeast.com vice.com
    theintercept.com fivethirtyeight.com realclearpolitics.com snopes.com factcheck.org politifact.com fullfact.org
    bellingcat.com theconversation.com aljazeera.com aljazeera.net dw.com france24.com rfi.fr euronews.com
    euractiv.com eubserver.com euobserver.com spiegel.de zeit.de faz.net sueddeutsche.de welt.de bild.de taz.de
    tagesspiegel.de tagesschau.de ard.de zdf.de heute.de ndr.de wdr.de br.de swr.de mdr.de hr.de rbb24.de
    deutschlandfunk.de n-tv.de stern.de focus.de handelsblatt.com wiwo.de t-online.de heise.de golem.de netzpolitik.org
    correctiv.org rnd.de waz.de rp-online.de derstandard.at diepresse.com orf.at krone.at kurier.at kleinezeitung.at
    sn.at nzz.ch tagesanzeiger.ch srf.ch 20min.ch blick.ch swissinfo.ch letemps.ch rts.ch lemonde.fr lefigaro.fr
    liberation.fr leparisien.fr ouest-france.fr lexpress.fr lepoint.fr nouvelobs.com mediapart.fr francetvinfo.fr
    radiofrance.fr lesechos.fr la-croix.com humanite.fr 20minutes.fr bfmtv.com tf1.fr sudouest.fr ladepeche.fr
    elpais.com elmundo.es abc.es lavanguardia.com elperiodico.com eldiario.es elconfidencial.com publico.es rtve.es
    20minutos.es publico.pt expresso.pt dn.pt jn.pt rtp.pt observador.pt corriere.it repubblica.it lastampa.it
    ilsole24ore.com ilfattoquotidiano.it ansa.it rai.it ilpost.it internazionale.it nos.nl nrc.nl volkskrant.nl
    trouw.nl telegraaf.nl ad.nl parool.nl vrt.be standaard.be demorgen.be hln.be lesoir.be rtbf.be lalibre.be dr.dk
    politiken.dk berlingske.dk jyllands-posten.dk tv2.dk nrk.no vg.no aftenposten.no dagbladet.no svt.se dn.se
    svd.se aftonbladet.se expressen.se sverigesradio.se yle.fi hs.fi iltalehti.fi ruv.is mbl.is wyborcza.pl
    gazeta.pl onet.pl rp.pl tvn24.pl polityka.pl wp.pl ceskatelevize.cz irozhlas.cz idnes.cz novinky.cz aktualne.cz
    sme.sk dennikn.sk telex.hu hvg.hu 444.hu index.hu digi24.ro hotnews.ro kathimerini.gr ekathimerini.com
    kyivindependent.com pravda.com.ua ukrinform.net meduza.io novayagazeta.eu themoscowtimes.com hurriyet.com.tr
    haaretz.com jpost.com timesofisrael.com arabnews.com dawn.com thehindu.com hindustantimes.com indiatimes.com
    indianexpress.com ndtv.com thewire.in scroll.in straitstimes.com channelnewsasia.com scmp.com japantimes.co.jp
    asahi.com mainichi.jp nhk.or.jp yomiuri.co.jp koreaherald.com koreatimes.co.kr taipeitimes.com bangkokpost.com
    rappler.com inquirer.net thejakartapost.com abc.net.au smh.com.au theage.com.au theaustralian.com.au news.com.au
    sbs.com.au crikey.com.au nzherald.co.nz stuff.co.nz rnz.co.nz cbc.ca globalnews.ca ctvnews.ca theglobeandmail.com
    thestar.com nationalpost.com macleans.ca montrealgazette.com vancouversun.com lapresse.ca ledevoir.com
    radio-canada.ca news24.com mg.co.za dailymaverick.co.za timeslive.co.za nation.africa premiumtimesng.com
    punchng.com allafrica.com clarin.com lanacion.com.ar pagina12.com.ar infobae.com folha.uol.com.br uol.com.br
    globo.com estadao.com.br eluniversal.com.mx jornada.com.mx milenio.com eltiempo.com elespectador.com emol.com
    latercera.com elcomercio.pe wired.com arstechnica.com theverge.com techcrunch.com zdnet.com cnet.com engadget.com
    theregister.com theregister.co.uk slashdot.org gizmodo.com mashable.com techradar.com pcmag.com tomshardware.com
    nature.com science.org sciencemag.org sciencedirect.com springer.com wiley.com tandfonline.com sagepub.com
    jstor.org arxiv.org biorxiv.org medrxiv.org ssrn.com plos.org pnas.org cell.com thelancet.com bmj.com nejm.org
    jamanetwork.com cochrane.org cochranelibrary.com frontiersin.org mdpi.com royalsociety.org doi.org orcid.org
    researchgate.net academia.edu semanticscholar.org newscientist.com scientificamerican.com
    nationalgeographic.com smithsonianmag.com livescience.com phys.org sciencedaily.com space.com quantamagazine.org
    skepticalscience.com realclimate.org carbonbrief.org climatecentral.org ipcc.ch esa.int cern.ch
    wikipedia.org wikimedia.org wiktionary.org wikidata.org britannica.com merriam-webster.com dictionary.com
    oed.com cambridge.org oup.com thesaurus.com etymonline.com gutenberg.org archive.org openlibrary.org worldcat.org
    openstreetmap.org ordnancesurvey.co.uk ourworldindata.org gapminder.org statista.com pewresearch.org gallup.com
    yougov.co.uk yougov.com ipsos.com natcen.ac.uk brookings.edu rand.org cato.org heritage.org cfr.org
    chathamhouse.org csis.org carnegieendowment.org crisisgroup.org ifs.org.uk resolutionfoundation.org jrf.org.uk
    kingsfund.org.uk nuffieldtrust.org.uk instituteforgovernment.org.uk ippr.org demos.co.uk
    un.org unicef.org unhcr.org unesco.org worldbank.org imf.org oecd.org wto.org icrc.org ifrc.org nato.int
    osce.org coe.int echr.coe.int icc-cpi.int interpol.int redcross.org redcross.org.uk msf.org
    doctorswithoutborders.org amnesty.org amnesty.org.uk hrw.org oxfam.org oxfam.org.uk savethechildren.org
    savethechildren.org.uk care.org wfp.org greenpeace.org wwf.org.uk worldwildlife.org panda.org foe.org
    foe.co.uk rspb.org.uk rspca.org.uk nationaltrust.org.uk english-heritage.org.uk woodlandtrust.org.uk
    wildlifetrusts.org cancerresearchuk.org cancer.org bhf.org.uk heart.org macmillan.org.uk mariecurie.org.uk
    alzheimers.org.uk alz.org parkinsons.org.uk diabetes.org.uk diabetes.org mind.org.uk samaritans.org nspcc.org.uk
    barnardos.org.uk childline.org.uk shelter.org.uk crisis.org.uk ageuk.org.uk citizensadvice.org.uk scope.org.uk
    rnib.org.uk rnli.org.uk salvationarmy.org salvationarmy.org.uk habitat.org unitedway.org feedingamerica.org
    trusselltrust.org aclu.org eff.org splcenter.org adl.org plannedparenthood.org nrdc.org sierraclub.org
    edf.org transparency.org rsf.org cpj.org article19.org privacyinternational.org openrightsgroup.org liberty.org.uk
    mayoclinic.org webmd.com healthline.com clevelandclinic.org hopkinsmedicine.org patient.info drugs.com
    medlineplus.gov nice.org.uk bma.org.uk rcn.org.uk who.int
    youtube.com youtu.be facebook.com fb.com instagram.com twitter.com x.com tiktok.com reddit.com pinterest.com
    linkedin.com tumblr.com medium.com substack.com
    google.com google.co.uk google.de google.fr bing.com yahoo.com duckduckgo.com yandex.ru baidu.com
    archive.is archive.ph github.com gitlab.com bitbucket.org sourceforge.net imgur.com flickr.com vimeo.com
    twitch.tv dailymotion.com soundcloud.com spotify.com bandcamp.com apple.com microsoft.com live.com office.com
    amazon.com amazon.co.uk amazon.de amazon.fr amazon.ca amazon.it amazon.es ebay.com ebay.co.uk ebay.de etsy.com
    paypal.com patreon.com gofundme.com justgiving.com kickstarter.com indiegogo.com ko-fi.com change.org avaaz.org
    38degrees.org.uk openpetition.de campact.de quora.com stackexchange.com stackoverflow.com ycombinator.com
    telegram.org whatsapp.com signal.org discord.com mastodon.social bsky.app threads.net vk.com weibo.com dropbox.com
    zoom.us mozilla.org python.org debian.org ubuntu.com apache.org gnu.org kernel.org w3.org ietf.org iana.org
    icann.org adobe.com oracle.com ibm.com intel.com nvidia.com samsung.com sony.com netflix.com disneyplus.com
    hulu.com imdb.com rottentomatoes.com metacritic.com letterboxd.com goodreads.com librarything.com allmusic.com
    discogs.com genius.com rollingstone.com pitchfork.com nme.com variety.com hollywoodreporter.com deadline.com
    tripadvisor.com tripadvisor.co.uk booking.com airbnb.com expedia.com lonelyplanet.com trainline.com
    nationalrail.co.uk tfl.gov.uk bahn.de sncf.com sncf-connect.com oebb.at sbb.ch ns.nl amtrak.com
    metoffice.gov.uk weather.com accuweather.com wetter.com dwd.de meteofrance.com windy.com
    fifa.com uefa.com premierleague.com espn.com espn.co.uk skysports.com bundesliga.com kicker.de lequipe.fr marca.com
    as.com gazzetta.it nba.com nfl.com mlb.com nhl.com olympics.com formula1.com cricinfo.com espncricinfo.com
    ecb.co.uk rugbyworldcup.com wimbledon.com atptour.com transfermarkt.de transfermarkt.com
    tesco.com sainsburys.co.uk asda.com waitrose.com johnlewis.com argos.co.uk ikea.com walmart.com target.com
    costco.com bestbuy.com homedepot.com lowes.com aldi.co.uk lidl.co.uk lidl.de otto.de zalando.de mediamarkt.de
    which.co.uk moneysavingexpert.com consumerreports.org test.de rightmove.co.uk zoopla.co.uk zillow.com
    labour.org.uk conservatives.com libdems.org.uk greenparty.org.uk snp.org plaid.cymru democrats.org gop.com
    bundestag.de bundesregierung.de spd.de cdu.de gruene.de fdp.de die-linke.de elysee.fr assemblee-nationale.fr
    senat.fr parlament.gv.at parlament.ch loc.gov bl.uk bnf.fr dnb.de nationalarchives.gov.uk
    theyworkforyou.com whatdotheyknow.com hansard.parliament.uk legislation.gov.uk bailii.org courtlistener.com
    opensecrets.org ballotpedia.org vote.org govtrack.us openstates.org
    tate.org.uk britishmuseum.org nhm.ac.uk vam.ac.uk metmuseum.org moma.org louvre.fr getty.edu si.edu rijksmuseum.nl
    nationalgallery.org.uk guggenheim.org museodelprado.es uffizi.it
    """)
)


def is_much_used(target: str) -> bool:
    """Whether a link target (a registrable domain, a path on a platform, 'tel:...') is a domain that many
    people link to. False for a path: it says where on the platform.
    """
    return target in _DOMAINS or f".{target}".endswith(_SUFFIXES)
