# Lo que dicen las páginas, en español. Cada idioma tiene un archivo con los mismos mensajes y argumentos.
# Texto sin marcas. `{ $name }` es un argumento y no se traduce.

language-name = Español
language-direction = ltr
number-decimal = ,
number-group = .
date =
    { $day } de { $month ->
        [1] enero
        [2] febrero
        [3] marzo
        [4] abril
        [5] mayo
        [6] junio
        [7] julio
        [8] agosto
        [9] septiembre
        [10] octubre
        [11] noviembre
       *[12] diciembre
    } de { $year }
moment = { $date }, { $time } UTC
hours =
    { $count ->
        [one] { $hours } hora
       *[other] { $hours } horas
    }
micro-credentials =
    { $count ->
        [one] una microcredencial
       *[other] { $count } microcredenciales
    }

## Every page
skip = Ir al contenido
check-one = Comprobar una microcredencial
languages = Idioma
footer = Microcredenciales verificables con estándares abiertos
standards = Estándares
for-developers = Para desarrolladores
micro-credential = Microcredencial
copy = Copiar
copied = Copiado

## Verdicts
verdict = Resultado
verdict-good = Auténtica y vigente
verdict-good-means = La emitió { $signer }, no se ha modificado desde entonces y no se ha retirado.
verdict-nobody = Sin modificar, pero nadie responde por quien la firmó
verdict-nobody-means = No se ha modificado desde que se firmó. Nada demuestra quién la firmó: cualquiera puede hacer una firma así y ponerle cualquier nombre.
verdict-unreadable = No es una microcredencial que podamos leer
verdict-unreadable-means = Lo que nos dio no contiene una microcredencial.
verdict-malformed = No es válida
verdict-malformed-means = No está hecha como exigen los estándares, así que no se puede confiar en nada de lo que dice.
verdict-forged = No es auténtica
verdict-forged-means = No confíe en ella: se modificó después de firmarse, o nunca la firmó el emisor que nombra.
verdict-revoked = Retirada
verdict-revoked-means = La emitió { $signer } y después se retiró. Ya no cuenta.
verdict-superseded = Sustituida
verdict-superseded-means = La emitió { $signer } y después se corrigió. En su lugar cuenta la corregida.
verdict-suspended = Suspendida
verdict-suspended-means = La emitió { $signer } y por ahora está suspendida. Puede volver a estar vigente.
verdict-expired = Vencida
verdict-expired-means = La emitió { $signer }. El plazo en que era válida ya terminó.
verdict-not-yet-valid = Todavía no es válida
verdict-not-yet-valid-means = La emitió { $signer }. El plazo en que es válida aún no empieza.
verdict-not-current = Auténtica, pero no vigente
verdict-not-current-means = La emitió { $signer } y ahora no está vigente.
verdict-undecided = No se pudo comprobar
verdict-undecided-means = Esto no es ni un sí ni un no: faltó algo que se necesita para responder.
verdict-open = No se pudo comprobar del todo
verdict-open-means = La emitió { $signer } y no se ha modificado desde entonces. No se pudo saber si sigue vigente.
verdict-nothing = No se comprobó nada
verdict-nothing-means = No hay ninguna microcredencial en lo que nos dio.
verdict-together-good = Auténticas y vigentes
verdict-together-bad = No todo se sostiene
verdict-together-open = No se pudo responder por todo
verdict-together-means = Contiene { micro-credentials }. Cada una tiene su propia respuesta abajo.
its-signer = quien la firmó
since = Desde el { $date }.
status-as-of = Estado al { $when }.
what-was-checked = Qué se comprobó
open-successor = Abrir la microcredencial corregida
shared-corrected = Quien se lo compartió puede darle un enlace a la corregida.

## Checks: the name of each, and the question that it answers
group-fail = Lo que está mal
group-undecided = Lo que no se pudo saber
group-pass = Lo que se sostiene
group-skipped = Lo que no se revisó
check-form = El archivo
check-form-about = ¿Contiene una sola credencial en una forma que se puede leer?
check-data-model = Forma del registro
check-data-model-about = ¿Está hecha como exige el estándar de credenciales verificables?
check-open-badges = Reglas de Open Badges
check-open-badges-about = ¿Está hecha como exige el estándar Open Badges?
check-json-ld = Todo está cubierto
check-json-ld-about = ¿La firma cubre todo lo que se lee?
check-credential-schema = El formato del emisor
check-credential-schema-about = ¿Cumple las reglas que ella misma nombra?
check-related-resource = Archivos enlazados
check-related-resource-about = ¿Los archivos que enlaza son los que se firmaron?
check-issuer-key = La clave del emisor
check-issuer-key-about = ¿La clave con que se firmó es del emisor?
check-proof = La firma
check-proof-about = ¿Es exactamente lo que se firmó, letra por letra?
check-jwt-claims = El sobre firmado
check-jwt-claims-about = ¿El sobre dice lo mismo que su contenido?
check-issuer-books = Los registros del emisor
check-issuer-books-about = ¿El emisor sabe que otorgó esto?
check-hosted = La copia del emisor
check-hosted-about = ¿El sitio del emisor muestra lo mismo?
check-proof-dates = Fechas de la firma
check-proof-dates-about = ¿Se firmó en un momento que tiene sentido?
check-validity = Fechas de validez
check-validity-about = ¿Hoy está dentro del plazo en que es válida?
check-status = Retiros
check-status-about = ¿El emisor la mantiene, sin revocarla ni suspenderla?
check-successor = Correcciones
check-successor-about = ¿Es la última, sin una corregida en su lugar?
check-presentation = La presentación
check-presentation-about = ¿Se entrega como exige el estándar?
check-holder-key = La clave del titular
check-holder-key-about = ¿La entregó quien la posee?
check-challenge = El desafío
check-challenge-about = ¿Se hizo para esta ocasión?
check-domain = El destinatario
check-domain-about = ¿Se hizo para este destinatario?
check-credentials = Lo que contiene
check-credentials-about = ¿Se sostienen todas las microcredenciales que contiene?

## A credential
unnamed = Una microcredencial
earned-by = Obtenida por
claims-earned-by = Dice haber sido obtenida por
awarded-on = Otorgada
valid-until = Válida hasta
signed-from = Firmada desde
unknown-signer = una clave que nada vincula con nadie
known-here-as = Emisor, conocido aquí como
known-from = Lo sabemos por: { $source }
calls-itself = Emisor, según él mismo
not-known-here = Su dirección web está comprobada. Que el nombre le corresponda, aquí nadie lo ha confirmado.
work = Trabajo
stacks = Series
how-it-was-judged = Cómo se evaluó
what-it-took = Qué exigió
how-it-was-earned = Cómo se obtuvo
criteria-and-rubric = Criterios y rúbrica completa
criteria-elsewhere = Criterios en el sitio del emisor
evidence = Evidencia
evidence-item = Evidencia
evidence-private = privada
evidence-note = La evidencia suele mostrar a estudiantes. Quien obtuvo esto decide qué se puede abrir; toda fue evaluada.
alignment = Estándares con los que se alinea
take-it-with-you = Llévesela
file-picture = Imagen que la contiene
file-signed = Archivo firmado
file-code = Código QR de esta página
add-to-linkedin = Añadir a LinkedIn
resume-line = Una línea para el currículum
line-kind = microcredencial
month-of-year =
    { $month ->
        [1] enero
        [2] febrero
        [3] marzo
        [4] abril
        [5] mayo
        [6] junio
        [7] julio
        [8] agosto
        [9] septiembre
        [10] octubre
        [11] noviembre
       *[12] diciembre
    } de { $year }
preview-about = Una microcredencial de { $issuer }. Abra el enlace para ver quién la obtuvo y si sigue vigente.
preview-about-nobody = Una microcredencial. Abra el enlace para ver quién la obtuvo y si sigue vigente.
preview-verify = Compruébela en { $host }

## Evidence
evidence-open-title = Compartida por su titular
evidence-closed-title = Su titular la mantiene privada
evidence-leaving = Está por salir al lugar donde su titular guarda esta evidencia.
evidence-closed = Esta evidencia se evaluó cuando se otorgó la microcredencial. Suele mostrar a estudiantes, por eso su titular decide quién la ve; pídale acceso. La microcredencial se sostiene de todos modos.

## An achievement
micro-credential-version = Microcredencial · versión { $version }
newer-version = Esta es una versión anterior. Lo que se obtuvo con ella sigue valiendo.
open-newest = Abrir la versión más reciente
offered-by = La ofrece
what-it-takes = Qué exige
rubric = Rúbrica
rubric-note = Evaluadores capacitados juzgan la evidencia en cada uno de estos criterios; cada uno debe alcanzar el nivel marcado como exigido.
level-required = exigido
versions = Versiones
versions-note = Una versión publicada no cambia nunca, así que siempre se puede consultar lo que se obtuvo.
version = Versión { $version }

## An issuer or recognizer
issuer = Emisor
recognizer = Entidad que reconoce
catalogue = Microcredenciales
catalogue-empty = Todavía no hay ninguna publicada.
catalogue-found =
    { $count ->
        [0] Ninguna coincide.
        [one] Una coincide.
       *[other] { $count } coinciden.
    }
search = Buscar
search-label = Buscar una habilidad o una serie
show-all = Mostrar todas
pages = Páginas
earlier = Anteriores
later = Siguientes
page-of = Página { $page } de { $pages }
signs-from = Firma desde
web-site = Sitio web
keys = Claves
keys-note = Todo lo que otorga va sellado con una clave que solo él tiene. Cualquiera puede comprobar un sello con la mitad pública, que está aquí; no hace falta una cuenta.
did-document = Las claves tal como se publican
identifier = Identificador
key-active = Firma ahora, desde el { $date }
key-retired = Fuera de uso. Lo que firmó sigue valiendo.
key-retired-then = Firmó del { $date } al { $until }. Lo que firmó sigue valiendo.
key-withdrawn = Retirada por seguridad el { $date }: puede que la tenga otra persona. No hay que fiarse de nada de lo que firmó.

## Where it counts, and what policies say
where-it-counts = Dónde cuenta
where-it-counts-note = Según las normas de las oficinas de aquí tal como estaban el { $date }. Cada una decide cuando se le presenta.
by-policy = { $policy }, versión { $version }
policy-text = Su texto completo
conditions = Condiciones
counts-elsewhere-too = Puede que cuente en más oficinas de las que se muestran aquí.
policies = Qué cuenta
policies-note = Cada norma tal como se publicó por última vez. Las versiones anteriores siguen a la vista.
counts-of-yours = Vea cuánto cuentan las suyas aquí
policy-accepts = Acepta
policy-rests-on = Se basa en
policy-readings = Cómo entiende sus fuentes
menus = Menús
menus-note = Lo que acepta, logro por logro, cada uno en una declaración que firmó.
menu-version = Menú, versión { $version }
menu-of = Publicado por
menu-policy = Cuenta según
menu-awards = Cuánto
menu-applies = Dónde se aplica
menu-entries = En este menú
menu-entries-note = De cada una hay una declaración firmada por quien lo publica, que cualquiera puede comprobar en cualquier sitio.
menu-empty = Ahora no hay nada en este menú.
menu-endorsement = La declaración firmada
on-menu = En su menú
endorsement = Declaración firmada
endorsement-about = Sobre
endorsement-note = Habla del logro, no de quién lo obtuvo. Quien tenga una microcredencial de este tipo puede mostrarla con ella.
endorsement-file = Descargar el archivo
rule-each = { $amount } cada una
rule-with-more =
    { $count ->
        [one] { $amount } con una más relacionada
       *[other] { $amount } con { $count } más relacionadas
    }
rule-with-hours = { $amount } con { $hours } más de trabajo
rule-for-row = { $row }: { $amount }
rule-toward = Hacia { $row } ({ $amount }), con { $more } más
rule-award-each = Cada una cuenta { $amount }.
rule-award-group = Cada { $count } relacionadas cuentan { $amount } en conjunto.
rule-award-hours-each = Cada { $hours } de trabajo cuentan { $amount }, cada microcredencial por separado.
rule-award-hours-together = Cada { $hours } de trabajo cuentan { $amount }, todas las microcredenciales juntas.
rule-award-row = { $row }, desde { $from }: { $amount }
rule-minimum-hours = Cada una indica al menos { $hours } de trabajo
rule-accepts = Microcredenciales { $list }
rule-accepts-receipts = Recibos de otras oficinas { $list }
rule-accepts-achievements = que están entre las que nombra: { $list }
rule-accepts-issuers = de { $list }
rule-accepts-trusted = de emisores de su lista
rule-accepts-alignments = alineadas con { $list }
rule-accepts-stacks = de las series { $list }
rule-accepts-own-menu = de su propio menú
rule-accepts-menu = del menú de { $list }
rule-window = Otorgada en { $span }
rule-limit = Como máximo { $most } en { $span }
rule-limit-ever = Como máximo { $most } en total
rule-again = La misma cuenta una vez en { $span }
rule-again-ever = La misma cuenta una sola vez
rule-deadline-next-year = Preséntela hasta el { $day }; lo que llegue después es para el año siguiente.
rule-deadline-refused = Preséntela hasta el { $day }; después, a partir del { $opens }.
rule-states = Usted declara: { $text }
rule-approves = La oficina aprueba: { $text }
rule-awarded-after = (Solo de lo otorgado después del { $date }.)
rule-belongs-shown = Consta que es suya
rule-belongs-likely = Su nombre o dirección coincide con lo que dice
span-license = la validez de su licencia
span-calendar-year = un año natural
span-school-year = el año que empieza el { $day }
span-years =
    { $count ->
        [one] el año anterior a su presentación
       *[other] los { $count } años anteriores a su presentación
    }
span-dates = { $from } a { $until }
span-claim = una solicitud
span-ever = todo el tiempo
day-of-year =
    { $day } de { $month ->
        [1] enero
        [2] febrero
        [3] marzo
        [4] abril
        [5] mayo
        [6] junio
        [7] julio
        [8] agosto
        [9] septiembre
        [10] octubre
        [11] noviembre
       *[12] diciembre
    }

## Amounts
amount-pdp =
    { $count ->
        [one] { $amount } PDP
       *[other] { $amount } PDP
    }
amount-ceu =
    { $count ->
        [one] { $amount } CEU
       *[other] { $amount } CEU
    }
amount-credit =
    { $count ->
        [one] { $amount } crédito
       *[other] { $amount } créditos
    }
amount-hours =
    { $count ->
        [one] { $amount } hora
       *[other] { $amount } horas
    }
amount-usd =
    { $count ->
        [one] US${ $amount }
       *[other] US${ $amount }
    }
amount-lane =
    { $count ->
        [one] { $amount } categoría salarial
       *[other] { $amount } categorías salariales
    }
amount-step =
    { $count ->
        [one] { $amount } escalón
       *[other] { $amount } escalones
    }

## A status list
status-list = Lista de estado
status-list-revocation = Revocaciones
status-list-suspension = Suspensiones
status-list-means = Quien verifica una microcredencial de este emisor lee esta lista para saber si sigue vigente. Tiene un bit para cada una y no dice nada sobre quién.
address = Dirección
places = Lugares
last-changed = Último cambio

## Home
home = Microcredenciales
home-title = Microcredenciales que cualquiera puede comprobar
home-lead = Los educadores obtienen microcredenciales al demostrar una habilidad ante colegas capacitados. Aquí el emisor firma lo que se demostró, y un distrito, una oficina estatal o una universidad lo comprueba, en cualquier lugar.
home-how = Cómo funciona
home-earner = Un educador la obtiene
home-earner-means = Con evidencia de su propio trabajo, evaluada con una rúbrica publicada. Nunca por horas de asiento.
home-issuer = Un emisor la firma
home-issuer-means = Quién la obtuvo, qué demostró y cómo se evaluó quedan sellados juntos. Una sola letra cambiada rompe el sello.
home-recognizer = Cualquiera la comprueba
home-recognizer-means = Una directora, un funcionario o un padre abre el enlace, o suelta aquí el archivo. También se sostiene en otros verificadores.
issuers-here = Emisores aquí
issuers-none = Todavía no hay ninguno.
site = Sitio
about = Acerca de

## Verify
verify-lead = ¿Es auténtica, está sin modificar y sigue vigente? Cualquiera puede preguntar, de cualquier emisor. No guardamos nada de lo que nos dé.
choose-file = Elija el archivo
choose-file-hint = su imagen (PNG o SVG), o un archivo JSON o JWT
or-drop = o suéltelo aquí
or-paste = O pegue su enlace o su texto
check-it = Comprobar
check-another = Comprobar otra
standards-title = Qué se puede comprobar aquí
standards-lead = Las microcredenciales de cualquier emisor, no solo las nuestras, con estándares abiertos que cualquiera puede leer y usar.
standards-vc2 = Modelo de datos de credenciales verificables 2.0 del W3C
standards-vc1 = Modelo de datos de credenciales verificables 1.1 del W3C
standards-ob3 = Open Badges 3.0 de 1EdTech
standards-ob2 = Open Badges 2.0 de 1EdTech, alojadas y firmadas
standards-forms = Archivos
standards-forms-means = Las formas en que llega una microcredencial.
standards-pictures = Imágenes
standards-pictures-means = Una imagen puede llevar dentro la microcredencial.
standards-proofs = Firmas dentro del archivo
standards-proofs-means = Cómo va la firma dentro del registro.
standards-algorithms = Sobres firmados
standards-algorithms-means = Los algoritmos con que se verifica un JWT.
standards-issuers = Emisores
standards-issuers-means = Cómo se encuentra la clave de un emisor; un emisor que es una dirección https se encuentra allí.
standards-status = Retiros
standards-status-means = Las listas que dicen qué se revocó o suspendió.
standards-named = Lo que nombra una credencial
standards-named-means = Las reglas y servicios que una credencial puede nombrar y que se consultan.
standards-answers = Qué significan las respuestas
standards-answers-means = Sí significa que todas las comprobaciones se sostienen. No significa que una falló, y cuál. Si algo no se pudo saber, no es ni lo uno ni lo otro: se dice que queda abierto, y qué falta.
why = Por qué, y qué se puede hacer
what-it-says = Lo que dice
what-it-claims = Lo que afirma (sin demostrar)
replaced-by = Sustituida por
unreadable-one = Lo que no se puede leer
worth-mending = Conviene corregirlo, aunque no es tan grave como para contar
raw-report = El informe para computadoras
raw-report-note = El mismo que responde la API.

## Problems
to-the-start = Al inicio
request-id = Solicitud { $id }
problem-not-found = Aquí no hay nada
problem-not-found-do = El enlace puede estar incompleto: cópielo entero. Si está entero, pregunte a quien se lo dio.
problem-private = Privada
problem-private-do = Quien obtuvo esta microcredencial mantiene su página privada. Pídale un enlace que comparta, o el archivo mismo: se puede comprobar aquí como cualquier otro.
problem-withdrawn-by-holder = Retirada por su titular
problem-withdrawn-by-holder-do = Quien obtuvo esta microcredencial hizo eliminar sus datos de aquí. Solo se conserva si fue revocada; una copia del archivo todavía se puede comprobar.
problem-foreign-origin = Enviado desde otro sitio
problem-foreign-origin-do = Este formulario vino de una página que no es nuestra. Abra la página misma y envíelo desde allí.
problem-too-many-requests = Un momento, por favor
problem-too-many-requests-do = Llegaron demasiadas solicitudes a la vez desde su red. Espere un minuto y vuelva a cargar la página.
problem-unavailable = No disponible por el momento
problem-unavailable-do = Vuelva a cargar la página en un momento. Esto no dice nada sobre ninguna microcredencial.
problem-internal = Algo falló de nuestro lado
problem-internal-do = Vuelva a cargar la página. Si sigue así, dé la solicitud de abajo a quien administra este servicio. Esto no dice nada sobre ninguna microcredencial.
problem-unreadable = No se puede leer esta dirección
problem-unreadable-do = El enlace puede estar incompleto: cópielo entero.
problem-method-not-allowed = Esta dirección sirve para otra cosa
problem-method-not-allowed-do = Vuelva a la página de la que vino e inténtelo de nuevo.
problem-other = Esto no funcionó
problem-other-do = Qué estuvo mal, en palabras del servicio:

## What can be done about a problem
remedy-original = Pida al titular el archivo tal como lo entregó el emisor; si tampoco se sostiene, el emisor tiene que firmarla de nuevo.
remedy-try-later = Inténtelo más tarde; si sigue así, el emisor tiene que restablecer la dirección.
remedy-give-whole = Dé el archivo o enlace que entregó el emisor, entero y sin cambios.
remedy-make-smaller = El emisor tiene que entregar una más pequeña: nadie comprueba lo que crece sin fin.
remedy-fewer-at-once = Verifique menos credenciales a la vez.
remedy-alone = Verifíquela sola, tal como la entregó su emisor.
remedy-ask-for-signed = Pida al emisor la firmada: tal como está, nadie responde por ella.
remedy-ask-holder-to-sign = Pida al titular que firme la presentación.
remedy-ask-issuer-first = Pregunte al emisor si la otorgó; no confíe en ella antes.
remedy-foreign-key = No confíe en ella; el emisor tiene que firmar con una clave que su propio documento liste para firmar credenciales.
remedy-sign-with-key-in-use = El emisor tiene que firmarla de nuevo con una clave en uso.
remedy-holder-key = El titular tiene que firmar con una clave que su propio documento liste para autenticarse.
remedy-ask-why-revoked = Pregunte al emisor por qué; una credencial revocada no vuelve.
remedy-ask-why-suspended = Pregunte al emisor; una suspensión se puede levantar.
remedy-ask-for-successor = Pida al titular la que la sustituye.
remedy-ask-for-newer = Pregunte al titular si hay una más reciente.
remedy-wait = Espere a que empiece, o revise el reloj de este equipo.
remedy-ask-why-gone = Pregunte al emisor: ya no muestra esta credencial.
remedy-publish-list-anew = Inténtelo más tarde; el emisor tiene que publicar de nuevo su lista de estado.
remedy-mend-list = El emisor tiene que corregir su lista de estado o la entrada de la credencial en ella; hasta entonces nadie puede saber si está revocada.
remedy-pin-context = Quien administra este verificador puede fijar el contexto; si no, el emisor tiene que usar contextos conocidos.
remedy-sign-all-that-is-read = El emisor tiene que escribirla de modo que se firme todo lo que se lee, y firmarla de nuevo.
remedy-usual-form = Use un verificador que conozca esta clase, o pida al emisor una en una forma habitual.
remedy-without-endorsement = Lea la credencial sin este respaldo.
remedy-repeat-claims = El programa del emisor tiene que repetir en el JWT lo que dice la credencial, y firmarla de nuevo.
remedy-rely-on-issuers-copy = Confíe en la copia del emisor.
remedy-signature-decides = Nada, si el JWT se sostiene; decide su firma.
remedy-from-now-on = Nada para el titular; el emisor puede corregirlo en lo que otorgue de ahora en adelante.
remedy-give-link = Dé un enlace que empiece con https:.
remedy-give-one = Dé un archivo con una sola credencial; el titular sabe cuál es.
remedy-ask-for-credential = Pida al titular la credencial misma.
remedy-correct = El emisor tiene que corregir esto y firmar la credencial de nuevo.

## The earner's own page
manage-kind = Usted decide
manage-lead = Usted obtuvo esta microcredencial. Aquí decide qué ven los demás de ella.
manage-secret = Quien tenga la dirección de esta página puede decidir en su lugar. No la comparta; para mostrar lo que obtuvo, cree un enlace para compartir más abajo.
manage-corrected = Su emisor corrigió esta microcredencial; en su lugar cuenta otra. Lo que usted mantenía en privado también lo está allí. La otra tiene su propia página privada, cuya dirección le da su emisor: cree allí enlaces nuevos para compartir, porque los de abajo siguen llevando a esta.
manage-page = Su página
page-shown = Visible
page-shown-means = Quien tenga el enlace ve su nombre, lo que demostró y las evidencias que deje abiertas.
page-hidden = Oculta
page-hidden-means = El enlace dice si la microcredencial vale y que usted mantiene lo demás en privado. Sus enlaces para compartir siguen mostrando todo.
page-hidden-evidence =
    { $count ->
        [one] Aun así, una evidencia está abierta para quien tenga su enlace. Ciérrela en:
       *[other] Aun así, { $count } evidencias están abiertas para quien tenga sus enlaces. Ciérrelas en:
    }
hide-evidence =
    { $count ->
        [one] Cerrar junto con la página la evidencia abierta. Su enlace está en cada copia del archivo.
       *[other] Cerrar junto con la página las { $count } evidencias abiertas. Sus enlaces están en cada copia del archivo.
    }
act-hide = Ocultar la página
act-show = Mostrar la página
robots-refused = Fuera de los buscadores
robots-refused-means = Se pide a los buscadores que no incluyan la página.
robots-allowed = En los buscadores
robots-allowed-means = Los buscadores pueden incluir la página con su nombre.
act-allow-robots = Permitir que aparezca en los buscadores
act-refuse-robots = Mantenerla fuera de los buscadores
manage-evidence-note = Lo que abra aquí lo puede abrir quien tenga la microcredencial, desde la página o desde sus archivos. Antes de abrir algo, compruebe si aparecen nombres o rostros de estudiantes.
evidence-open = abierta
evidence-number = Evidencia { $count }
evidence-direct = Su emisor escribió esta dirección en la propia microcredencial firmada; por eso no se puede cerrar aquí.
act-open = Abrirla a los demás
act-open-which = Abrirla a los demás: evidencia { $count }
act-close = Cerrarla
act-close-which = Cerrarla: evidencia { $count }
share-links = Enlaces para compartir
share-note = Un enlace para cada lugar donde lo entregue: lo que retire en uno sigue en los demás. Se cuentan las visitas y no se guarda nada sobre quién miró.
share-made = Creado el { $date }.
share-until = Funciona hasta el { $date } inclusive.
share-no-end = Funciona hasta que usted lo retire.
share-shows =
    { $count ->
        [0] No muestra evidencias.
        [one] Muestra una evidencia.
       *[other] Muestra { $count } evidencias.
    }
share-views =
    { $count ->
        [0] Sin visitas todavía.
        [one] Una visita.
       *[other] { $count } visitas.
    }
act-withdraw = Retirarlo
act-withdraw-which = Retirarlo: { $name }
share-new = Crear un enlace para compartir
share-name = Para qué es
share-name-hint = Solo lo ve usted; por ejemplo: currículum 2026
share-evidence = Evidencias que muestra, incluso las cerradas en la página
share-last-day = Último día
share-last-day-hint = Déjelo vacío si no debe terminar.
act-share = Crear el enlace
share-past = Enlaces que han terminado
share-was-withdrawn = Usted lo retiró.
share-was-until = Funcionó hasta el { $date }.
manage-end = Esta página privada
manage-end-open = Cerrar esta página privada
manage-end-means = Su dirección deja de funcionar para todos, también para usted. Lo que decidió queda como está. Hágalo si otra persona tiene la dirección; su emisor puede enviarle otra.
act-end = Cerrarla
mistake-there = Ir allí
mistake-name-missing = Diga para qué es el enlace, para que lo reconozca.
mistake-name-too-long = Diga para qué es el enlace en 100 letras como máximo.
mistake-name-taken = Ya tiene un enlace con este nombre. Elija otro nombre o retire primero aquel.
mistake-day-unreadable = Indique el último día como fecha o déjelo vacío.
mistake-day-past = Ese día ya pasó. Elija uno desde hoy o déjelo vacío.
mistake-too-many = Tiene 50 enlaces y no se guardan más. Retire uno que ya no necesite.
mistake-gone = Lo que quería cambiar ya no está. Así están las cosas ahora.
done-open = La evidencia está abierta.
done-close = La evidencia está cerrada.
done-hide = La página está oculta.
done-show = La página está visible.
done-allow-robots = Los buscadores ya pueden incluir la página.
done-refuse-robots = Se pide a los buscadores que no incluyan la página. Los que ya la tienen pueden tardar en quitarla.
done-share = El enlace está creado. Cópielo de la lista de abajo.
done-withdraw = El enlace está retirado. A quien lo abra se le dice con amabilidad.

## Kept private, or ended, by its holder
private-title = Su titular la mantiene en privado
private-means = Esta microcredencial fue otorgada, y la respuesta de arriba es sobre ella. Quien la obtuvo mantiene lo demás en privado.
private-do = Para ver más, pídale un enlace para compartir o el propio archivo, que puede comprobar aquí.
private-issuer = Quién la otorgó
share-withdrawn = Este enlace fue retirado
share-withdrawn-means = Quien obtuvo la microcredencial la compartió aquí por un tiempo y ha retirado este enlace. Eso no dice nada en contra de la microcredencial.
share-withdrawn-do = Pídale otro enlace si todavía lo necesita.
share-ended = Este enlace ha terminado
share-ended-means = Quien obtuvo la microcredencial la compartió aquí por un tiempo que ya pasó. Eso no dice nada en contra de la microcredencial.
share-ended-do = Pídale otro enlace si todavía lo necesita.
manage-ended = Su página privada está cerrada
manage-ended-means = Su dirección ya no funciona para nadie. Lo que decidió queda como está.
manage-ended-do = Si más adelante quiere cambiar algo, pida otra dirección a su emisor.
forgotten = Retirada por su titular
forgotten-means = Quien obtuvo esta microcredencial hizo eliminar sus datos de este servicio. Eso no dice nada en su contra.
forgotten-do = Si le dio el propio archivo, todavía puede comprobarlo aquí: se sabe como antes si fue revocada.
problem-share-link-ended = Este enlace ha terminado
problem-share-link-ended-do = Quien compartió la microcredencial cerró este enlace. Eso no dice nada en su contra; pídale otro.
