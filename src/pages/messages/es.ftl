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
verdict-key-withdrawn = Se retiró su clave
verdict-key-withdrawn-means = No confíe en ella: su emisor retiró la clave que nombra, porque puede que la tenga otra persona. Si era suya, pida la que la sustituye.
verdict-key-withdrawn-untold = Se retiró la clave que nombra
verdict-key-withdrawn-untold-means = No confíe en ella: el emisor que nombra retiró la clave que nombra, porque puede que la tenga otra persona. Aquí no se sabe si ese emisor llegó a firmarla. Pregunte al emisor.
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
recognizer = Reconoce microcredenciales
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
keys-show = Ver las claves
did-document = Las claves tal como se publican
identifier = Identificador
key-active = Firma ahora, desde el { $date }
key-retired = Fuera de uso. Lo que firmó sigue valiendo.
key-retired-then = Firmó del { $date } al { $until }. Lo que firmó sigue valiendo.
key-withdrawn = Retirada por seguridad el { $date }: puede que la tenga otra persona. No hay que fiarse de nada de lo que firmó.

## Where it counts, and what policies say
where-it-counts = Dónde cuenta
where-it-counts-note = Según las normas de las oficinas de aquí tal como estaban el { $date }. Cada una decide cuando se le presenta.
where-it-counts-later = Se ha pedido mucho desde su red hace un momento. Vuelva a intentarlo en un momento para verlo aquí.
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
endorsement-open-successor = Abrir la que la sustituye
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
rule-accepts-trusted = de emisores en los que confía
rule-accepts-alignments = alineadas con { $list }
rule-accepts-stacks = de las series { $list }
rule-accepts-own-menu = de su propio menú
rule-accepts-menu = del menú de { $list }
rule-window = Otorgada en { $span }
rule-time-zone = Los días empiezan y acaban según la hora de { $zone }
rule-limit = Como máximo { $most } en { $span }
rule-limit-ever = Como máximo { $most } en total
rule-again = La misma cuenta una vez en { $span }
rule-again-ever = La misma cuenta una sola vez
rule-deadline-next-year = Preséntela hasta el { $day }; lo que llegue después es para el año siguiente.
rule-deadline-refused = Preséntela hasta el { $day }; después, a partir del { $opens }.
rule-states = Usted declara: { $text }
rule-approves = La oficina aprueba: { $text }
rule-awarded-after = (Solo de lo otorgado después del { $date }.)
rule-belongs-shown = Usted demuestra a la oficina que es suya
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

## A receipt
receipt = Recibo
receipt-signed-from = Firmado desde
receipt-by = Contado por, según se llama a sí misma
receipt-known-as = Contado por, conocido aquí como
receipt-on = Contado el
receipt-goes-by = Según el día
receipt-zone = Los periodos y plazos van por este día, en la zona horaria { $zone }.
receipt-policy = Según su norma
receipt-policy-note = Una versión publicada no cambia nunca: cualquiera puede ver qué regla se aplicó.
receipt-for = Para
receipt-for-note = La persona que la oficina conoce por este identificador. Un recibo no contiene ningún nombre.
receipt-counted = Qué se contó
receipt-stays = Lo contado queda contado, aunque la norma cambie después. No se puede contar otra vez donde la norma dice que un uso excluye el otro.
receipt-decided-on = Con qué se decidió
receipt-decided-on-note = Cada cosa con su huella digital: quien tenga el mismo archivo puede ver que es el mismo.
receipt-withdrawn = La oficina retiró esta decisión, así que ya no cuenta. Pregunte a la oficina por qué.
receipt-corrected = La oficina corrigió esta decisión. Lo que cuenta figura en el recibo corregido.
receipt-renewed = La clave que firmó este recibo se retiró, así que la oficina lo firmó de nuevo. Lo contado figura en el recibo nuevo.
receipt-redacted = Los datos personales de este recibo se borraron
receipt-redacted-means = La persona para quien era pidió a la oficina que los borrara. Lo decidido queda decidido.
receipt-redacted-do = Si tiene el archivo mismo, aún puede comprobarlo aquí: se sabe igual que antes si fue retirado.
receipt-open-successor = Abrir el recibo corregido
receipt-open-renewed = Abrir el recibo nuevo

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

## What they count for
counts-link = Vea para qué cuentan las suyas
counts = Para qué cuenta
counts-lead = Vea para qué cuentan sus microcredenciales, oficina por oficina, antes de presentar nada. Nada de lo que dé aquí se guarda.
counts-choose = Elija sus archivos
counts-choose-hint = las imágenes o archivos que le dieron (PNG, SVG, JSON o JWT); varios a la vez
counts-drop = o suéltelos aquí
counts-paste = O pegue enlaces o textos, uno tras otro
counts-office = ¿Con qué oficina?
counts-all = Todas
counts-ask = Ver para qué cuentan
counts-answer = Para qué cuentan
counts-answer-note = A fecha de { $date }, según la norma publicada de cada oficina. Es una vista previa: la oficina decide cuando usted lo presenta, y lo que ya se contó está gastado.
counts-read =
    { $count ->
        [one] De una microcredencial: { $names }.
       *[other] De { $count } microcredenciales: { $names }.
    }
counts-checked = Comprobado el { $when }.
counts-checked-these = { $names }: comprobado el { $when }.
counts-several-people = Nombran a varias personas: { $names }. Una oficina solo cuenta lo que es suyo.
counts-nothing = Nada todavía
counts-none-here = Ninguna de estas oficinas cuenta lo que dio: { $offices }.
counts-more-policies = Hay más oficinas de las que se miran juntas. Elija la suya abajo.
counts-no-policies = Ninguna oficina ha publicado aquí qué cuenta.
counts-unknown-office = Aquí no hay tal oficina; esta es la lista.
counts-unreadable-office = La oficina que eligió no se puede mostrar en este momento. Estas son las demás.
counts-offices-more = Hay más oficinas de las que muestra esta lista. Para elegir otra, abra la página de esa oficina y siga su enlace.
counts-offices-unreadable = Faltan oficinas en esta lista, porque no se pudieron leer en este momento. Vuelva a cargar la página dentro de un momento.
counts-or = o
counts-and = y
counts-up-to = hasta { $amount } { $condition }
counts-if-license = si su licencia abarca los días en que las obtuvo
counts-if-state = si puede declarar lo que pide
counts-if-approved = si la oficina lo aprueba
counts-if-open = si sale bien lo que no se pudo comprobar
counts-with-related =
    { $count ->
        [one] con una microcredencial relacionada más
       *[other] con { $count } microcredenciales relacionadas más
    }
counts-with-hours = con { $hours } más de trabajo
counts-with-row = con { $more } más
counts-more-credentials =
    { $count ->
        [one] una microcredencial
       *[other] { $more } microcredenciales
    }
counts-not-holding = No cuenta en ninguna parte
counts-not-holding-note = Estas no pasaron la comprobación, o no se pudo acabar, así que ninguna oficina puede contarlas ahora.
counts-see-check = Ver toda la comprobación
counts-go-check = Comprobarla por sí sola
counts-each = Cada una: { $reason }
counts-does = Cuenta
counts-could = Podría contar
counts-not = No cuenta
counts-missing = Qué haría que contara más
counts-to-know = Conviene saber
counts-next = Qué hacer ahora
counts-next-file = Dé a la oficina el enlace o el archivo de cada una que cuenta. Ella las comprueba igual, las registra una sola vez y le da un recibo firmado.
counts-next-web = Sitio web de la oficina
counts-next-mail = Escribir a la oficina
counts-by-policy = Según su norma, versión { $version }
counts-rests-on = Se apoya en:
counts-questions = Para saberlo con certeza
counts-license = ¿Cuándo empieza y cuándo acaba su licencia?
counts-license-hint = Algunas oficinas solo cuentan lo que usted obtuvo mientras era válida.
counts-license-from = Empieza
counts-license-until = Acaba
counts-statement = Marque cada una de la que esto sea cierto:
counts-statement-all = Márquelo si es cierto:
counts-awarded = ¿Cuándo la obtuvo? { $name } no lo dice.
counts-again = Contar de nuevo
counts-give-again = Son demasiados para conservarlos. Entregue de nuevo abajo sus archivos y enlaces, junto con sus respuestas.
counts-add = Añadir más
counts-anew = Empezar de nuevo
counts-license-both = Dé el día en que empieza su licencia y el día en que acaba.
counts-license-turned = Su licencia acaba antes de empezar. Mire otra vez los dos días.
counts-too-many = Son más de { $count } microcredenciales, y no se cuentan más a la vez.
counts-kept-old = Hace falta de nuevo lo que dio antes: lo que esta página trae consigo vale media hora. Dé otra vez sus archivos o enlaces.
counts-answers-left = Algunas de sus respuestas eran sobre microcredenciales que ahora faltan, así que no se han tenido en cuenta. Se le preguntará otra vez cuando estén aquí.
counts-empty = Dé primero un archivo, un enlace o un texto.
counts-unreadable = Esto no es una microcredencial. Dé el archivo tal como lo entregó su emisor (PNG, SVG, JSON o JWT), o el enlace a su página.

## Why it counts, or does not
by-stack = la serie { $name }
by-alignment = el estándar { $name }
by-topic = el tema { $name }
why-counted = Cuenta { $amount }.
why-counted-by-hours = Cuenta con sus { $hours } de trabajo.
why-counted-in-group = Cuenta junto con { $with }: todas son de { $by }.
why-counted-in-row = Cuenta para { $row }.
why-not-authentic = Su firma no es válida. Pida a su emisor el archivo o el enlace original.
why-revoked = Su emisor la retiró. Pregúntele por qué; no vuelve a valer.
why-suspended = Su emisor la suspendió por ahora. Vuelve a contar cuando eso se levante.
why-superseded = Fue sustituida por una corregida. Dé esa en su lugar.
why-expired = Ha caducado. Pida a su emisor una más nueva.
why-not-yet-valid = Todavía no es válida. Vuelva cuando lo sea.
why-not-current = Ya no vale. Pregunte a su emisor por qué.
why-not-the-claimants = Nombra a otra persona. Preséntela por el enlace privado que le envió su emisor.
why-unidentified = Le falta un identificador, así que nada impediría contarla dos veces. Pida a su emisor una que lo tenga.
why-is-a-receipt = Es un recibo de lo ya contado, y aquí los recibos no cuentan.
why-not-accepted = Esta oficina no la acepta: { $missing }.
missed-achievement = no está entre las que la oficina enumera
missed-issuer = su emisor no está entre los que la oficina enumera
missed-trusted-issuer = la oficina no enumera a su emisor como aprobado
missed-alignment = no corresponde a ningún estándar de los que se piden
missed-tag = no está en ninguna de las series que se piden
missed-menu = no está en el menú que se pide
missed-receipt = solo se aceptan recibos
why-no-hours = No dice cuántas horas de trabajo llevó, y esta oficina se guía por ellas. Pida a su emisor una que lo diga.
why-too-few-hours = Llevó { $hours }, y esta oficina pide { $least } como mínimo.
why-no-date = No dice cuándo la obtuvo, y esta oficina se guía por eso.
why-awarded-later = La obtuvo el { $awarded }. Aquí se cuenta lo obtenido hasta el { $on }.
why-outside-window = La obtuvo el { $awarded }. Esta oficina cuenta lo obtenido del { $from } al { $until }.
why-deadline-passed = El plazo ha pasado. Se admiten solicitudes otra vez desde el { $opens }.
why-stated-otherwise = Usted no declaró: { $text }
why-not-approved = La oficina no aprobó: { $text }
why-already-counted = Ya fue contada.
why-same-credential = Es la misma que { $other }.
why-same-achievement = Es de la misma competencia que { $other }, que cuenta una vez.
why-unrelated = No es de ninguna serie ni estándar que otra pudiera compartir.
why-limit-reached = El límite de esta oficina se alcanza sin ella. Queda libre para otro uso.
why-beyond-table = La fila más alta, { $row }, se alcanza sin ella. Queda libre para otro uso.
why-undecided = Cuenta si la comprobación puede acabarse: faltó algo que necesita. Inténtelo más tarde.
why-belongs-open = Cuenta en cuanto muestre a la oficina que es suya.
why-license-unknown = Cuenta si su licencia abarca el día en que la obtuvo.
why-menu-unknown = Cuenta si está en el menú de { $menu }, que aquí no se conoce. Aporte con ella la declaración firmada de ese comité.
why-statement-missing = Cuenta si puede declarar: { $text }
why-approval-pending = Cuenta si la oficina aprueba: { $text }
why-more-related =
    { $count ->
        [one] Cuenta con una microcredencial más de { $by }.
       *[other] Cuenta con { $count } microcredenciales más de { $by }.
    }
why-alone = O bien: { $text }
why-more-hours = Cuenta con { $hours } más de trabajo.
why-more-for-row = Cuenta en cuanto se alcance { $row }, con { $more } más.
why-suggest-related =
    { $count ->
        [one] Una microcredencial más de { $by } daría { $amount }.
       *[other] { $count } microcredenciales más de { $by } darían { $amount }.
    }
why-suggest = { $more } más de trabajo añadirían { $amount }.
why-suggest-row = Con { $more } más se alcanza { $row }, lo que añade { $amount }.
why-limit-held = Se alcanzó el límite de esta oficina: { $most }.
why-excludes = Un solo uso: { $says }
why-deadline = Preséntelo a más tardar el { $day }.
why-hours-left-over = De ellas sobran { $hours }, que no suman nada a una solicitud posterior: presente junto lo que deba contar junto.
why-approved-by = { $by } aprobó: { $text }
why-not-approved-by = { $by } no aprobó: { $text }
why-not-exhaustive = Hay demasiadas maneras de combinarlas para probarlas todas; podría contar más.

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
