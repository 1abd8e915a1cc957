<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>Application</name>
    <message>
        <source>Hold the key down over the image to magnify it.</source>
        <translation>Halten Sie die Taste über dem Bild gedrückt, um es zu vergrößern.</translation>
    </message>
    <message>
        <source>Hold the key down to hide the overlays.</source>
        <translation>Halten Sie die Taste gedrückt, um die Einblendungen auszublenden.</translation>
    </message>
    <message>
        <source>Recent projects</source>
        <translation>Zuletzt geöffnete Projekte</translation>
    </message>
    <message>
        <source>{0} edits are not saved and would be lost. Close all the same?</source>
        <translation>{0} Änderungen sind nicht gespeichert und gingen verloren. Trotzdem schließen?</translation>
    </message>
</context>
<context>
    <name>AskPanel</name>
    <message>
        <source>Ask for a disease</source>
        <translation>Nach einer Erkrankung fragen</translation>
    </message>
    <message>
        <source>Ask for a disease: name, colon, description</source>
        <translation>Nach einer Erkrankung fragen: Name, Doppelpunkt, Beschreibung</translation>
    </message>
    <message>
        <source>Type a name first, then a colon and a description.</source>
        <translation>Geben Sie zuerst einen Namen ein, dann einen Doppelpunkt und eine Beschreibung.</translation>
    </message>
    <message>
        <source>name: how it looks</source>
        <translation>Name: wie sie aussieht</translation>
    </message>
</context>
<context>
    <name>Atlas</name>
    <message>
        <source>Another model counts now: {0}. The clusters are what {1} looked at; rebuild to compare.</source>
        <translation>Jetzt gilt ein anderes Modell: {0}. Die Gruppen zeigen, was {1} angesehen hat; zum Vergleich neu erstellen.</translation>
    </message>
    <message>
        <source>Cluster {0}</source>
        <translation>Gruppe {0}</translation>
    </message>
    <message>
        <source>Zoom-in-Net {0} ({1}), preference {2:g}</source>
        <translation>Zoom-in-Net {0} ({1}), Präferenz {2:g}</translation>
    </message>
    <message>
        <source>other reasons: {0}</source>
        <translation>andere Gründe: {0}</translation>
    </message>
    <message>
        <source>{0} patches of {1} of {2} images</source>
        <translation>{0} Ausschnitte aus {1} von {2} Bildern</translation>
    </message>
    <message>
        <source>{0} × {1}</source>
        <translation>{0} × {1}</translation>
    </message>
</context>
<context>
    <name>AtlasControl</name>
    <message>
        <source>Already so: {0}.</source>
        <translation>Schon vorher so: {0}.</translation>
    </message>
    <message>
        <source>An edit is not saved yet: save it first.</source>
        <translation>Eine Änderung ist noch nicht gespeichert: Speichern Sie sie zuerst.</translation>
    </message>
    <message>
        <source>Cancelled. What was recorded before stays.</source>
        <translation>Abgebrochen. Was vorher aufgezeichnet wurde, bleibt.</translation>
    </message>
    <message>
        <source>Cluster named: {0}</source>
        <translation>Gruppe benannt: {0}</translation>
    </message>
    <message>
        <source>Clusters: {0}.</source>
        <translation>Gruppen: {0}.</translation>
    </message>
    <message>
        <source>Masks are being corrected: leave that first (Esc).</source>
        <translation>Masken werden gerade korrigiert: Beenden Sie das zuerst (Esc).</translation>
    </message>
    <message>
        <source>Names taken over: {0}.</source>
        <translation>Übernommene Namen: {0}.</translation>
    </message>
    <message>
        <source>No cluster answers any more to: {0}.</source>
        <translation>Keine Gruppe entspricht mehr: {0}.</translation>
    </message>
    <message>
        <source>Not changed: {0}.</source>
        <translation>Nicht geändert: {0}.</translation>
    </message>
    <message>
        <source>The atlas cannot be read: {0}. Build it anew.</source>
        <translation>Der Atlas kann nicht gelesen werden: {0}. Erstellen Sie ihn neu.</translation>
    </message>
    <message>
        <source>The image is no longer in the project: rebuild the atlas.</source>
        <translation>Das Bild ist nicht mehr im Projekt: Erstellen Sie den Atlas neu.</translation>
    </message>
    <message>
        <source>The model&apos;s weights cannot be read</source>
        <translation>Die Gewichte des Modells können nicht gelesen werden</translation>
    </message>
    <message>
        <source>The name could not be saved</source>
        <translation>Der Name konnte nicht gespeichert werden</translation>
    </message>
    <message>
        <source>exemplar</source>
        <translation>Muster</translation>
    </message>
    <message>
        <source>lesion atlas</source>
        <translation>Läsionsatlas</translation>
    </message>
    <message>
        <source>no longer in the project</source>
        <translation>nicht mehr im Projekt</translation>
    </message>
    <message>
        <source>waiting for the worker</source>
        <translation>wartet auf den Modellprozess</translation>
    </message>
    <message>
        <source>{0}: {1} goes back to the atlas.</source>
        <translation>{0}: {1} führt zurück zum Atlas.</translation>
    </message>
    <message>
        <source>{0} recorded as present in {1} of {2} images.</source>
        <translation>{0} in {1} von {2} Bildern als vorhanden aufgezeichnet.</translation>
    </message>
    <message>
        <source>{0}: masks changed in {1} of {2} images.</source>
        <translation>{0}: Masken in {1} von {2} Bildern geändert.</translation>
    </message>
</context>
<context>
    <name>AtlasDialog</name>
    <message>
        <source>Build the atlas</source>
        <translation>Atlas erstellen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Clusters</source>
        <translation>Gruppen</translation>
    </message>
    <message>
        <source>Finding</source>
        <translation>Befund</translation>
    </message>
    <message>
        <source>Four patches of each image; a project with more images is sampled.</source>
        <translation>Vier Ausschnitte je Bild; aus einem Projekt mit mehr Bildern wird eine Stichprobe gezogen.</translation>
    </message>
    <message>
        <source>Go to the case   Enter</source>
        <translation>Zum Fall   Enter</translation>
    </message>
    <message>
        <source>It holds no cluster.</source>
        <translation>Er enthält keine Gruppe.</translation>
    </message>
    <message>
        <source>Lesion atlas</source>
        <translation>Läsionsatlas</translation>
    </message>
    <message>
        <source>Lesion of the masks</source>
        <translation>Läsion der Masken</translation>
    </message>
    <message>
        <source>Lower gives fewer, larger clusters.</source>
        <translation>Kleiner ergibt weniger, größere Gruppen.</translation>
    </message>
    <message>
        <source>Masks</source>
        <translation>Masken</translation>
    </message>
    <message>
        <source>Microaneurysm, flame haemorrhage …</source>
        <translation>Mikroaneurysma, flammenförmige Blutung …</translation>
    </message>
    <message>
        <source>Most patches</source>
        <translation>Höchstens Ausschnitte</translation>
    </message>
    <message>
        <source>Most patches: four of each image; more images are sampled</source>
        <translation>Höchstzahl der Ausschnitte: vier je Bild; aus mehr Bildern wird eine Stichprobe gezogen</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Name of the cluster</source>
        <translation>Name der Gruppe</translation>
    </message>
    <message>
        <source>No atlas yet. Build it to see what the model looks at in all fundus photographs.</source>
        <translation>Noch kein Atlas. Erstellen Sie ihn, um zu sehen, was das Modell in allen Fundusfotografien ansieht.</translation>
    </message>
    <message>
        <source>Patches of the cluster</source>
        <translation>Ausschnitte der Gruppe</translation>
    </message>
    <message>
        <source>Preference</source>
        <translation>Präferenz</translation>
    </message>
    <message>
        <source>Preference: lower gives fewer clusters</source>
        <translation>Präferenz: kleiner ergibt weniger Gruppen</translation>
    </message>
    <message>
        <source>Rebuild</source>
        <translation>Neu erstellen</translation>
    </message>
    <message>
        <source>Record as present in {0} images</source>
        <translation>In {0} Bildern als vorhanden aufzeichnen</translation>
    </message>
    <message>
        <source>Seed masks in {0} images</source>
        <translation>Masken in {0} Bildern beginnen</translation>
    </message>
    <message>
        <source>{0} ({1} of {2})</source>
        <translation>{0} ({1} von {2})</translation>
    </message>
    <message>
        <source>{0} images were not looked at: {1}.</source>
        <translation>{0} Bilder wurden nicht angesehen: {1}.</translation>
    </message>
    <message>
        <source>{0} patches, {1} images</source>
        <translation>{0} Ausschnitte, {1} Bilder</translation>
    </message>
</context>
<context>
    <name>Badges</name>
    <message>
        <source>seen</source>
        <translation>gelernt</translation>
    </message>
    <message>
        <source>typed, unseen</source>
        <translation>eingegeben</translation>
    </message>
    <message>
        <source>unseen</source>
        <translation>ungelernt</translation>
    </message>
</context>
<context>
    <name>BatchControl</name>
    <message>
        <source>Sample of a batch: {0} of {1} decided</source>
        <translation>Stichprobe eines Stapels: {0} von {1} entschieden</translation>
    </message>
    <message>
        <source>batch of {0} cases</source>
        <translation>Stapel von {0} Fällen</translation>
    </message>
    <message>
        <source>batch of {0} cases accepted</source>
        <translation>Stapel von {0} Fällen angenommen</translation>
    </message>
    <message>
        <source>{0} cases accepted.</source>
        <translation>{0} Fälle angenommen.</translation>
    </message>
</context>
<context>
    <name>BatchDialog</name>
    <message>
        <source>Accept a batch</source>
        <translation>Stapel annehmen</translation>
    </message>
    <message>
        <source>Accept the other {0}</source>
        <translation>Die übrigen {0} annehmen</translation>
    </message>
    <message>
        <source>Cases of the sample</source>
        <translation>Fälle der Stichprobe</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Look at a sample first</source>
        <translation>Zuerst eine Stichprobe ansehen</translation>
    </message>
    <message>
        <source>Look at some of them first: what you find there says how far to trust the rest.</source>
        <translation>Sehen Sie zuerst einige davon an: Was Sie dort finden, sagt, wie weit dem Rest zu trauen ist.</translation>
    </message>
    <message>
        <source>No listed case waits with a prediction. Choose another filter.</source>
        <translation>Kein Fall der Liste wartet mit einer Vorhersage. Wählen Sie einen anderen Filter.</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>sample of </source>
        <translation>Stichprobe von </translation>
    </message>
    <message>
        <source>{0} accepted, {1} left alone: decided by somebody meanwhile.</source>
        <translation>{0} angenommen, {1} belassen: inzwischen von jemandem entschieden.</translation>
    </message>
    <message>
        <source>{0} accepted.</source>
        <translation>{0} angenommen.</translation>
    </message>
    <message>
        <source>{0} listed cases have a prediction that nobody has decided: {1}.</source>
        <translation>{0} Fälle der Liste haben eine Vorhersage, über die niemand entschieden hat: {1}.</translation>
    </message>
    <message>
        <source>{0} looked at, {1} not accepted as they were. With 95 % certainty at most {2:.0f} % of the others would not be either.</source>
        <translation>{0} angesehen, {1} nicht unverändert angenommen. Mit 95 % Sicherheit träfe das auch auf höchstens {2:.0f} % der übrigen zu.</translation>
    </message>
    <message>
        <source>{0} of {1} of the sample are decided. Go on as always.</source>
        <translation>{0} von {1} der Stichprobe sind entschieden. Fahren Sie wie gewohnt fort.</translation>
    </message>
</context>
<context>
    <name>Canvas</name>
    <message>
        <source>fit</source>
        <translation>eingepasst</translation>
    </message>
    <message>
        <source>inverted</source>
        <translation>invertiert</translation>
    </message>
    <message>
        <source>mirrored</source>
        <translation>gespiegelt</translation>
    </message>
    <message>
        <source>red-free</source>
        <translation>rotfrei</translation>
    </message>
    <message>
        <source>turned {0}°</source>
        <translation>um {0}° gedreht</translation>
    </message>
</context>
<context>
    <name>CanvasArea</name>
    <message>
        <source>Drop images, folders or a project here</source>
        <translation>Ziehen Sie Bilder, Ordner oder ein Projekt hierher</translation>
    </message>
    <message>
        <source>Fundus photographs and chest X-rays: DICOM, JPEG, PNG, TIFF, BMP</source>
        <translation>Fundusfotografien und Thorax-Röntgenaufnahmen: DICOM, JPEG, PNG, TIFF, BMP</translation>
    </message>
    <message>
        <source>Import images…</source>
        <translation>Bilder importieren…</translation>
    </message>
    <message>
        <source>Open project…</source>
        <translation>Projekt öffnen…</translation>
    </message>
</context>
<context>
    <name>Captions</name>
    <message>
        <source>Attention map for grade {1}, strongest {0:.0f} % of the image</source>
        <translation>Aufmerksamkeitskarte für Grad {1}, stärkste {0:.0f} % des Bildes</translation>
    </message>
    <message>
        <source>Chest</source>
        <translation>Thorax</translation>
    </message>
    <message>
        <source>Evidence map, strongest {0:.0f} % of the image</source>
        <translation>Evidenzkarte, stärkste {0:.0f} % des Bildes</translation>
    </message>
    <message>
        <source>Fundus</source>
        <translation>Fundus</translation>
    </message>
    <message>
        <source>Gated attention map for grade {1}, strongest {0:.0f} % of the image</source>
        <translation>Gewichtete Aufmerksamkeitskarte für Grad {1}, stärkste {0:.0f} % des Bildes</translation>
    </message>
    <message>
        <source>Grad-CAM, strongest {0:.0f} % of the image</source>
        <translation>Grad-CAM, stärkste {0:.0f} % des Bildes</translation>
    </message>
    <message>
        <source>OD right eye</source>
        <translation>OD rechtes Auge</translation>
    </message>
    <message>
        <source>OS left eye</source>
        <translation>OS linkes Auge</translation>
    </message>
    <message>
        <source>Score map for grade {1}, strongest {0:.0f} % of the image</source>
        <translation>Score-Karte für Grad {1}, stärkste {0:.0f} % des Bildes</translation>
    </message>
    <message>
        <source>Unknown image</source>
        <translation>Unbekanntes Bild</translation>
    </message>
    <message>
        <source>{0} bit {1}</source>
        <translation>{0} Bit {1}</translation>
    </message>
    <message>
        <source>{0} chest</source>
        <translation>Thorax {0}</translation>
    </message>
</context>
<context>
    <name>CaseControl</name>
    <message>
        <source>Every listed case is decided.</source>
        <translation>Alle Fälle der Liste sind entschieden.</translation>
    </message>
    <message>
        <source>Neither a fundus photograph nor a chest X-ray was recognised. No model runs on it. Set the modality in the Edit menu if it is one.</source>
        <translation>Es wurde weder eine Fundusfotografie noch eine Thorax-Röntgenaufnahme erkannt. Kein Modell läuft darauf. Falls es doch eine ist, legen Sie die Modalität im Menü Bearbeiten fest.</translation>
    </message>
    <message>
        <source>No model has looked at it yet ({0} could).</source>
        <translation>Noch kein Modell hat es ausgewertet ({0} könnten es).</translation>
    </message>
    <message>
        <source>The case could not be opened</source>
        <translation>Der Fall konnte nicht geöffnet werden</translation>
    </message>
    <message>
        <source>The image may be ungradable: {0} Press Q, or grade it yourself.</source>
        <translation>Das Bild ist möglicherweise nicht beurteilbar: {0} Drücken Sie Q oder graduieren Sie es selbst.</translation>
    </message>
    <message>
        <source>The optic disc lies as in a {0}, but the file says {1}.</source>
        <translation>Die Papille liegt wie bei: {0}, die Datei sagt aber: {1}.</translation>
    </message>
    <message>
        <source>Which eye it is, is not known: set it in the Edit menu.</source>
        <translation>Welches Auge es ist, ist nicht bekannt: Legen Sie es im Menü Bearbeiten fest.</translation>
    </message>
</context>
<context>
    <name>ClusterMap</name>
    <message>
        <source>Map of the clusters; arrow keys choose an image, Enter opens it</source>
        <translation>Karte der Gruppen; die Pfeiltasten wählen ein Bild, die Eingabetaste öffnet es</translation>
    </message>
    <message>
        <source>No diagnosis yet</source>
        <translation>Noch keine Diagnose</translation>
    </message>
</context>
<context>
    <name>Commands</name>
    <message>
        <source>0  No DR</source>
        <translation>0  Keine DR</translation>
    </message>
    <message>
        <source>1  Mild</source>
        <translation>1  Leicht</translation>
    </message>
    <message>
        <source>2  Moderate</source>
        <translation>2  Mäßig</translation>
    </message>
    <message>
        <source>3  Severe</source>
        <translation>3  Schwer</translation>
    </message>
    <message>
        <source>4  Proliferative</source>
        <translation>4  Proliferativ</translation>
    </message>
    <message>
        <source>About Lynceus</source>
        <translation>Über Lynceus</translation>
    </message>
    <message>
        <source>Accept a batch…</source>
        <translation>Stapel annehmen…</translation>
    </message>
    <message>
        <source>Accept and advance</source>
        <translation>Annehmen und weiter</translation>
    </message>
    <message>
        <source>Accept lesions</source>
        <translation>Läsionen annehmen</translation>
    </message>
    <message>
        <source>Angle</source>
        <translation>Winkel</translation>
    </message>
    <message>
        <source>Area</source>
        <translation>Fläche</translation>
    </message>
    <message>
        <source>Before and after correction</source>
        <translation>Vor und nach der Korrektur</translation>
    </message>
    <message>
        <source>Blind: the model is hidden until graded</source>
        <translation>Verblindet: Modell bis zur Graduierung verborgen</translation>
    </message>
    <message>
        <source>Brush</source>
        <translation>Pinsel</translation>
    </message>
    <message>
        <source>Change keys…</source>
        <translation>Tasten ändern…</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>Leeren</translation>
    </message>
    <message>
        <source>Command palette…</source>
        <translation>Befehlspalette…</translation>
    </message>
    <message>
        <source>Comment</source>
        <translation>Kommentar</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Vergleichen</translation>
    </message>
    <message>
        <source>Corner texts</source>
        <translation>Ecktexte</translation>
    </message>
    <message>
        <source>Correct masks</source>
        <translation>Masken korrigieren</translation>
    </message>
    <message>
        <source>Delete all</source>
        <translation>Alle löschen</translation>
    </message>
    <message>
        <source>Delete the last one</source>
        <translation>Die letzte löschen</translation>
    </message>
    <message>
        <source>Delete the lesion here</source>
        <translation>Läsion hier löschen</translation>
    </message>
    <message>
        <source>Diagnosis without labels…</source>
        <translation>Diagnose ohne Befunde…</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>Double reading: apart from others</source>
        <translation>Doppelbefundung: getrennt von anderen</translation>
    </message>
    <message>
        <source>Eraser</source>
        <translation>Radierer</translation>
    </message>
    <message>
        <source>Evidence map</source>
        <translation>Evidenzkarte</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>Exportieren…</translation>
    </message>
    <message>
        <source>Fellow eye or other view</source>
        <translation>Partnerauge oder andere Aufnahme</translation>
    </message>
    <message>
        <source>File names of eyes…</source>
        <translation>Dateinamen der Augen…</translation>
    </message>
    <message>
        <source>Fill</source>
        <translation>Füllen</translation>
    </message>
    <message>
        <source>Fill holes</source>
        <translation>Löcher füllen</translation>
    </message>
    <message>
        <source>Filters…</source>
        <translation>Filter…</translation>
    </message>
    <message>
        <source>Find a label</source>
        <translation>Befund suchen</translation>
    </message>
    <message>
        <source>Finding 1</source>
        <translation>Befund 1</translation>
    </message>
    <message>
        <source>Finding 2</source>
        <translation>Befund 2</translation>
    </message>
    <message>
        <source>Finding 3</source>
        <translation>Befund 3</translation>
    </message>
    <message>
        <source>Finding 4</source>
        <translation>Befund 4</translation>
    </message>
    <message>
        <source>Finding 5</source>
        <translation>Befund 5</translation>
    </message>
    <message>
        <source>Finding 6</source>
        <translation>Befund 6</translation>
    </message>
    <message>
        <source>Finding 7</source>
        <translation>Befund 7</translation>
    </message>
    <message>
        <source>Finding 8</source>
        <translation>Befund 8</translation>
    </message>
    <message>
        <source>Finding 9</source>
        <translation>Befund 9</translation>
    </message>
    <message>
        <source>Fit the image</source>
        <translation>Bild einpassen</translation>
    </message>
    <message>
        <source>Grad-CAM instead of evidence</source>
        <translation>Grad-CAM statt Evidenz</translation>
    </message>
    <message>
        <source>Green channel (red-free)</source>
        <translation>Grünkanal (rotfrei)</translation>
    </message>
    <message>
        <source>Grow</source>
        <translation>Erweitern</translation>
    </message>
    <message>
        <source>Hide overlays while held</source>
        <translation>Einblendungen verbergen, solange gedrückt</translation>
    </message>
    <message>
        <source>Import folder…</source>
        <translation>Ordner importieren…</translation>
    </message>
    <message>
        <source>Import images…</source>
        <translation>Bilder importieren…</translation>
    </message>
    <message>
        <source>Import labels and masks…</source>
        <translation>Befunde und Masken einlesen…</translation>
    </message>
    <message>
        <source>Into the comment</source>
        <translation>In den Kommentar</translation>
    </message>
    <message>
        <source>Invert grey levels</source>
        <translation>Grauwerte invertieren</translation>
    </message>
    <message>
        <source>Keep other lesions</source>
        <translation>Andere Läsionen erhalten</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Tasten</translation>
    </message>
    <message>
        <source>Larger brush</source>
        <translation>Größerer Pinsel</translation>
    </message>
    <message>
        <source>Larger text</source>
        <translation>Größere Schrift</translation>
    </message>
    <message>
        <source>Lasso</source>
        <translation>Lasso</translation>
    </message>
    <message>
        <source>Last length is the disc diameter</source>
        <translation>Letzte Strecke ist der Papillendurchmesser</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>Strecke</translation>
    </message>
    <message>
        <source>Lesion atlas…</source>
        <translation>Läsionsatlas…</translation>
    </message>
    <message>
        <source>Lesion masks</source>
        <translation>Läsionsmasken</translation>
    </message>
    <message>
        <source>Light theme</source>
        <translation>Helle Darstellung</translation>
    </message>
    <message>
        <source>Look at the next single lesion</source>
        <translation>Nächste einzelne Läsion ansehen</translation>
    </message>
    <message>
        <source>Look at the previous single lesion</source>
        <translation>Vorherige einzelne Läsion ansehen</translation>
    </message>
    <message>
        <source>Magic wand</source>
        <translation>Zauberstab</translation>
    </message>
    <message>
        <source>Magnifier while held</source>
        <translation>Lupe, solange gedrückt</translation>
    </message>
    <message>
        <source>Map of the next grade</source>
        <translation>Karte des nächsten Grades</translation>
    </message>
    <message>
        <source>Mirror</source>
        <translation>Spiegeln</translation>
    </message>
    <message>
        <source>Model versions…</source>
        <translation>Modellversionen…</translation>
    </message>
    <message>
        <source>Move the model&apos;s threshold</source>
        <translation>Schwelle des Modells verschieben</translation>
    </message>
    <message>
        <source>New project…</source>
        <translation>Neues Projekt…</translation>
    </message>
    <message>
        <source>Next best cases first, or the plain order</source>
        <translation>Lohnendste Fälle zuerst oder einfache Reihenfolge</translation>
    </message>
    <message>
        <source>Next case</source>
        <translation>Nächster Fall</translation>
    </message>
    <message>
        <source>Next lesion</source>
        <translation>Nächste Läsion</translation>
    </message>
    <message>
        <source>Next map: gated, attention, score</source>
        <translation>Nächste Karte: gewichtet, Aufmerksamkeit, Score</translation>
    </message>
    <message>
        <source>Next pane</source>
        <translation>Nächster Bereich</translation>
    </message>
    <message>
        <source>Next unreviewed case</source>
        <translation>Nächster unbefundeter Fall</translation>
    </message>
    <message>
        <source>Old and new model</source>
        <translation>Altes und neues Modell</translation>
    </message>
    <message>
        <source>One to one</source>
        <translation>Eins zu eins</translation>
    </message>
    <message>
        <source>Open project…</source>
        <translation>Projekt öffnen…</translation>
    </message>
    <message>
        <source>Other eye</source>
        <translation>Anderes Auge</translation>
    </message>
    <message>
        <source>Other study</source>
        <translation>Andere Untersuchung</translation>
    </message>
    <message>
        <source>Pair with another case…</source>
        <translation>Mit einem anderen Fall verbinden…</translation>
    </message>
    <message>
        <source>Polygon</source>
        <translation>Polygon</translation>
    </message>
    <message>
        <source>Previous case</source>
        <translation>Vorheriger Fall</translation>
    </message>
    <message>
        <source>Previous lesion</source>
        <translation>Vorherige Läsion</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>Wiederherstellen</translation>
    </message>
    <message>
        <source>Region 1</source>
        <translation>Region 1</translation>
    </message>
    <message>
        <source>Region 2</source>
        <translation>Region 2</translation>
    </message>
    <message>
        <source>Region 3</source>
        <translation>Region 3</translation>
    </message>
    <message>
        <source>Region 4</source>
        <translation>Region 4</translation>
    </message>
    <message>
        <source>Region boxes</source>
        <translation>Regionsrahmen</translation>
    </message>
    <message>
        <source>Reject and advance</source>
        <translation>Ablehnen und weiter</translation>
    </message>
    <message>
        <source>Remove specks</source>
        <translation>Kleine Flecken entfernen</translation>
    </message>
    <message>
        <source>Reset window and view</source>
        <translation>Fenster und Ansicht zurücksetzen</translation>
    </message>
    <message>
        <source>Retrain…</source>
        <translation>Nachtrainieren…</translation>
    </message>
    <message>
        <source>Run models on all new cases</source>
        <translation>Modelle auf alle neuen Fälle anwenden</translation>
    </message>
    <message>
        <source>Run models on this case</source>
        <translation>Modelle auf diesen Fall anwenden</translation>
    </message>
    <message>
        <source>Save a picture of the view…</source>
        <translation>Bild der Ansicht speichern…</translation>
    </message>
    <message>
        <source>Separate the eyes</source>
        <translation>Augen trennen</translation>
    </message>
    <message>
        <source>Session summary…</source>
        <translation>Zusammenfassung der Sitzung…</translation>
    </message>
    <message>
        <source>Settings…</source>
        <translation>Einstellungen…</translation>
    </message>
    <message>
        <source>Shrink</source>
        <translation>Verkleinern</translation>
    </message>
    <message>
        <source>Similar cases</source>
        <translation>Ähnliche Fälle</translation>
    </message>
    <message>
        <source>Similarity of diseases…</source>
        <translation>Ähnlichkeit der Erkrankungen…</translation>
    </message>
    <message>
        <source>Smaller brush</source>
        <translation>Kleinerer Pinsel</translation>
    </message>
    <message>
        <source>Smaller text</source>
        <translation>Kleinere Schrift</translation>
    </message>
    <message>
        <source>Smooth magnified pixels</source>
        <translation>Vergrößerte Pixel glätten</translation>
    </message>
    <message>
        <source>Stop measuring or comparing</source>
        <translation>Messen oder Vergleichen beenden</translation>
    </message>
    <message>
        <source>This is a chest X-ray</source>
        <translation>Dies ist eine Thorax-Röntgenaufnahme</translation>
    </message>
    <message>
        <source>This is a fundus photograph</source>
        <translation>Dies ist eine Fundusfotografie</translation>
    </message>
    <message>
        <source>This is the left eye (OS)</source>
        <translation>Dies ist das linke Auge (OS)</translation>
    </message>
    <message>
        <source>This is the right eye (OD)</source>
        <translation>Dies ist das rechte Auge (OD)</translation>
    </message>
    <message>
        <source>Thresholds of findings…</source>
        <translation>Schwellen der Befunde…</translation>
    </message>
    <message>
        <source>Tour</source>
        <translation>Rundgang</translation>
    </message>
    <message>
        <source>Turn left</source>
        <translation>Nach links drehen</translation>
    </message>
    <message>
        <source>Turn right</source>
        <translation>Nach rechts drehen</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Ungradable…</source>
        <translation>Nicht beurteilbar…</translation>
    </message>
    <message>
        <source>Unsure: to a second reader</source>
        <translation>Unsicher: an einen zweiten Befunder</translation>
    </message>
    <message>
        <source>User guide</source>
        <translation>Benutzerhandbuch</translation>
    </message>
    <message>
        <source>Window 1</source>
        <translation>Fenster 1</translation>
    </message>
    <message>
        <source>Window 2</source>
        <translation>Fenster 2</translation>
    </message>
    <message>
        <source>Window 3</source>
        <translation>Fenster 3</translation>
    </message>
    <message>
        <source>Window 4</source>
        <translation>Fenster 4</translation>
    </message>
</context>
<context>
    <name>CommentPanel</name>
    <message>
        <source>Comment</source>
        <translation>Kommentar</translation>
    </message>
</context>
<context>
    <name>CompareBar</name>
    <message>
        <source>Compare</source>
        <translation>Vergleichen</translation>
    </message>
    <message>
        <source>Leave   Esc</source>
        <translation>Verlassen   Esc</translation>
    </message>
    <message>
        <source>What is compared</source>
        <translation>Was verglichen wird</translation>
    </message>
</context>
<context>
    <name>CompareControl</name>
    <message>
        <source>Fellow eye</source>
        <translation>Partnerauge</translation>
    </message>
    <message>
        <source>Masks before and after correction</source>
        <translation>Masken vor und nach der Korrektur</translation>
    </message>
    <message>
        <source>No mask of this image was corrected.</source>
        <translation>Keine Maske dieses Bildes wurde korrigiert.</translation>
    </message>
    <message>
        <source>Nothing could be compared</source>
        <translation>Es konnte nichts verglichen werden</translation>
    </message>
    <message>
        <source>Old and new model</source>
        <translation>Altes und neues Modell</translation>
    </message>
    <message>
        <source>One model version only has looked at this image.</source>
        <translation>Nur eine Modellversion hat dieses Bild ausgewertet.</translation>
    </message>
    <message>
        <source>Other study</source>
        <translation>Andere Untersuchung</translation>
    </message>
    <message>
        <source>Other view</source>
        <translation>Andere Aufnahme</translation>
    </message>
    <message>
        <source>The case has one image only.</source>
        <translation>Der Fall hat nur ein Bild.</translation>
    </message>
    <message>
        <source>There is no other study of this patient.</source>
        <translation>Es gibt keine andere Untersuchung dieses Patienten.</translation>
    </message>
    <message>
        <source>There is nothing to compare this image with yet.</source>
        <translation>Es gibt noch nichts, womit dieses Bild verglichen werden könnte.</translation>
    </message>
    <message>
        <source>corrected</source>
        <translation>korrigiert</translation>
    </message>
    <message>
        <source>model</source>
        <translation>Modell</translation>
    </message>
</context>
<context>
    <name>Crash</name>
    <message>
        <source>Something went wrong that was not foreseen. What was saved is safe.</source>
        <translation>Es ist etwas Unvorhergesehenes schiefgegangen. Was gespeichert war, ist sicher.</translation>
    </message>
    <message>
        <source>The report names no patient, file or value. Send it to whoever looks after Lynceus.</source>
        <translation>Der Bericht nennt keinen Patienten, keine Datei und keinen Wert. Senden Sie ihn an die Person, die Lynceus betreut.</translation>
    </message>
</context>
<context>
    <name>CurveView</name>
    <message>
        <source>The curve appears when training runs.</source>
        <translation>Die Kurve erscheint, sobald das Training läuft.</translation>
    </message>
</context>
<context>
    <name>DecisionBar</name>
    <message>
        <source>Accept</source>
        <translation>Annehmen</translation>
    </message>
    <message>
        <source>Enter</source>
        <translation>Eingabe</translation>
    </message>
    <message>
        <source>Reject</source>
        <translation>Ablehnen</translation>
    </message>
    <message>
        <source>Unsure</source>
        <translation>Unsicher</translation>
    </message>
</context>
<context>
    <name>DecisionControl</name>
    <message>
        <source>Given up, not saved: {0} and {1} later of the same case.</source>
        <translation>Aufgegeben, nicht gespeichert: {0} und {1} spätere desselben Falls.</translation>
    </message>
    <message>
        <source>Given up, not saved: {0}.</source>
        <translation>Aufgegeben, nicht gespeichert: {0}.</translation>
    </message>
    <message>
        <source>Not saved: {0}</source>
        <translation>Nicht gespeichert: {0}</translation>
    </message>
    <message>
        <source>Nothing to redo.</source>
        <translation>Nichts wiederherzustellen.</translation>
    </message>
    <message>
        <source>Nothing to undo.</source>
        <translation>Nichts rückgängig zu machen.</translation>
    </message>
    <message>
        <source>Press again: {0} will be {1}.</source>
        <translation>Drücken Sie noch einmal: {0} wird {1}.</translation>
    </message>
    <message>
        <source>The edit is kept here: mend this, then press Try again; or give it up.</source>
        <translation>Die Änderung bleibt hier erhalten: Beheben Sie die Ursache und drücken Sie dann Erneut versuchen; oder geben Sie sie auf.</translation>
    </message>
    <message>
        <source>done again</source>
        <translation>wiederhergestellt</translation>
    </message>
    <message>
        <source>undone</source>
        <translation>rückgängig gemacht</translation>
    </message>
    <message>
        <source>{0} (undo)</source>
        <translation>{0} (rückgängig)</translation>
    </message>
    <message>
        <source>{0}: still being recorded. Stop it first.</source>
        <translation>{0}: wird noch gespeichert. Halten Sie es zuerst an.</translation>
    </message>
</context>
<context>
    <name>DiagnosisControl</name>
    <message>
        <source>Asking the model…</source>
        <translation>Das Modell wird gefragt…</translation>
    </message>
    <message>
        <source>Cancelled.</source>
        <translation>Abgebrochen.</translation>
    </message>
    <message>
        <source>Diagnosed: {0}</source>
        <translation>Diagnostiziert: {0}</translation>
    </message>
    <message>
        <source>No case is open, or none is listed.</source>
        <translation>Kein Fall ist geöffnet, oder keiner ist gelistet.</translation>
    </message>
    <message>
        <source>Save as csv</source>
        <translation>Als CSV speichern</translation>
    </message>
    <message>
        <source>The diagnosis could not be kept</source>
        <translation>Die Diagnose konnte nicht gespeichert werden</translation>
    </message>
    <message>
        <source>The last diagnosis cannot be read: {0}. Diagnose anew.</source>
        <translation>Die letzte Diagnose ist nicht lesbar: {0}. Bitte neu diagnostizieren.</translation>
    </message>
    <message>
        <source>The table could not be written</source>
        <translation>Die Tabelle konnte nicht geschrieben werden</translation>
    </message>
    <message>
        <source>Written: {0}</source>
        <translation>Geschrieben: {0}</translation>
    </message>
    <message>
        <source>looking for {0}</source>
        <translation>Suche nach {0}</translation>
    </message>
    <message>
        <source>similarity of diseases</source>
        <translation>Ähnlichkeit der Erkrankungen</translation>
    </message>
    <message>
        <source>waiting for the worker</source>
        <translation>wartet auf den Arbeitsprozess</translation>
    </message>
</context>
<context>
    <name>DiagnosisDialog</name>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Clustering</source>
        <translation>Gruppierung</translation>
    </message>
    <message>
        <source>Clusters fitted on</source>
        <translation>Gruppen angepasst an</translation>
    </message>
    <message>
        <source>Diabetic retinopathy, or any other name</source>
        <translation>Diabetische Retinopathie oder ein anderer Name</translation>
    </message>
    <message>
        <source>Diagnose</source>
        <translation>Diagnostizieren</translation>
    </message>
    <message>
        <source>Diagnosis without labels</source>
        <translation>Diagnose ohne Befunde</translation>
    </message>
    <message>
        <source>Disease</source>
        <translation>Erkrankung</translation>
    </message>
    <message>
        <source>Disease to look for</source>
        <translation>Gesuchte Erkrankung</translation>
    </message>
    <message>
        <source>Examples of it</source>
        <translation>Beispiele dafür</translation>
    </message>
    <message>
        <source>Images by margin; Enter opens one</source>
        <translation>Bilder nach Abstand; die Eingabetaste öffnet eines</translation>
    </message>
    <message>
        <source>Its lesions (none ticked: those of the source)</source>
        <translation>Ihre Läsionen (keine gewählt: die der Quelle)</translation>
    </message>
    <message>
        <source>Known diseases are ranked by at most {0} of these images.</source>
        <translation>Bekannte Erkrankungen werden nach höchstens {0} dieser Bilder geordnet.</translation>
    </message>
    <message>
        <source>Look at lesions only</source>
        <translation>Nur Läsionen betrachten</translation>
    </message>
    <message>
        <source>Margins say how much nearer one cluster is than the other: they are no probabilities.</source>
        <translation>Abstände sagen, wie viel näher eine Gruppe liegt als die andere: Sie sind keine Wahrscheinlichkeiten.</translation>
    </message>
    <message>
        <source>Name a disease and press Diagnose. Nothing learns from the answer.</source>
        <translation>Eine Erkrankung nennen und „Diagnostizieren“ drücken. Aus der Antwort lernt nichts.</translation>
    </message>
    <message>
        <source>Not looked at: {0} images.</source>
        <translation>Nicht betrachtet: {0} Bilder.</translation>
    </message>
    <message>
        <source>Save as csv…</source>
        <translation>Als CSV speichern…</translation>
    </message>
    <message>
        <source>Similar diseases</source>
        <translation>Ähnliche Erkrankungen</translation>
    </message>
    <message>
        <source>Source: {0}. Lesions: {1}.</source>
        <translation>Quelle: {0}. Läsionen: {1}.</translation>
    </message>
    <message>
        <source>Take the most similar disease</source>
        <translation>Die ähnlichste Erkrankung nehmen</translation>
    </message>
    <message>
        <source>all fundus cases</source>
        <translation>alle Fundusfälle</translation>
    </message>
    <message>
        <source>every known disease</source>
        <translation>jede bekannte Erkrankung</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>none: the cases themselves</source>
        <translation>keine: die Fälle selbst</translation>
    </message>
    <message>
        <source>synthetic images of the source</source>
        <translation>künstliche Bilder der Quelle</translation>
    </message>
    <message>
        <source>the cases listed now</source>
        <translation>die jetzt gelisteten Fälle</translation>
    </message>
    <message>
        <source>the images themselves ({0} or more)</source>
        <translation>die Bilder selbst ({0} oder mehr)</translation>
    </message>
    <message>
        <source>the open case</source>
        <translation>der offene Fall</translation>
    </message>
    <message>
        <source>{0}: likely in {1} of {2} images.</source>
        <translation>{0}: wahrscheinlich in {1} von {2} Bildern.</translation>
    </message>
    <message>
        <source>◆ diseased cluster   ● other cluster   outlines: fitted on   + centres</source>
        <translation>◆ erkrankte Gruppe   ● andere Gruppe   Umrisse: angepasst an   + Zentren</translation>
    </message>
</context>
<context>
    <name>DmeLine</name>
    <message>
        <source>DME risk</source>
        <translation>DMÖ-Risiko</translation>
    </message>
    <message>
        <source>Macular oedema risk {0}: {1}</source>
        <translation>Risiko eines Makulaödems {0}: {1}</translation>
    </message>
    <message>
        <source>model {0}</source>
        <translation>Modell {0}</translation>
    </message>
    <message>
        <source>reader</source>
        <translation>Befunder</translation>
    </message>
</context>
<context>
    <name>EditBar</name>
    <message>
        <source> px</source>
        <translation> px</translation>
    </message>
    <message>
        <source>Brush</source>
        <translation>Pinsel</translation>
    </message>
    <message>
        <source>Lesions of fewer pixels go when specks are removed</source>
        <translation>Läsionen mit weniger Pixeln verschwinden, wenn kleine Flecken entfernt werden</translation>
    </message>
    <message>
        <source>Model&apos;s threshold</source>
        <translation>Schwelle des Modells</translation>
    </message>
    <message>
        <source>Move it to let the model mark more (left) or less (right) of the chosen lesion</source>
        <translation>Verschieben Sie sie, damit das Modell mehr (links) oder weniger (rechts) von der gewählten Läsion markiert</translation>
    </message>
    <message>
        <source>Specks</source>
        <translation>Flecken</translation>
    </message>
    <message>
        <source>Threshold</source>
        <translation>Schwelle</translation>
    </message>
    <message>
        <source>Tolerance</source>
        <translation>Toleranz</translation>
    </message>
</context>
<context>
    <name>EvidenceControl</name>
    <message>
        <source>0–4 grade · Shift+1–4 zoom to a region · H hold to hide overlays · B boxes · M masks</source>
        <translation>0–4 graduieren · Umschalt+1–4 zu einer Region zoomen · H halten: Einblendungen verbergen · B Rahmen · M Masken</translation>
    </message>
    <message>
        <source>attention {0:.2f}</source>
        <translation>Aufmerksamkeit {0:.2f}</translation>
    </message>
</context>
<context>
    <name>EvidenceStrip</name>
    <message>
        <source>Why</source>
        <translation>Warum</translation>
    </message>
</context>
<context>
    <name>ExportControl</name>
    <message>
        <source>An edit is not saved yet: press Try again first.</source>
        <translation>Eine Änderung ist noch nicht gespeichert: Drücken Sie zuerst Erneut versuchen.</translation>
    </message>
    <message>
        <source>Choose another folder or name.</source>
        <translation>Wählen Sie einen anderen Ordner oder Namen.</translation>
    </message>
    <message>
        <source>Exported to {0}: {1}.</source>
        <translation>Exportiert nach {0}: {1}.</translation>
    </message>
    <message>
        <source>Folder of an export: labels.csv, masks, annotations.json</source>
        <translation>Ordner eines Exports: labels.csv, masks, annotations.json</translation>
    </message>
    <message>
        <source>Save a picture of the view</source>
        <translation>Bild der Ansicht speichern</translation>
    </message>
    <message>
        <source>Saved {0}.</source>
        <translation>{0} gespeichert.</translation>
    </message>
    <message>
        <source>The export failed</source>
        <translation>Der Export ist fehlgeschlagen</translation>
    </message>
    <message>
        <source>The labels and masks could not be read</source>
        <translation>Die Befunde und Masken konnten nicht gelesen werden</translation>
    </message>
    <message>
        <source>The picture was not saved</source>
        <translation>Das Bild wurde nicht gespeichert</translation>
    </message>
    <message>
        <source>exporting</source>
        <translation>exportiert</translation>
    </message>
    <message>
        <source>reading labels and masks</source>
        <translation>liest Befunde und Masken</translation>
    </message>
    <message>
        <source>the picture cannot be written</source>
        <translation>das Bild kann nicht geschrieben werden</translation>
    </message>
    <message>
        <source>{0} images with labels and {1} masks taken over, {2} said so already</source>
        <translation>{0} Bilder mit Befunden und {1} Masken übernommen, {2} stimmten schon überein</translation>
    </message>
    <message>
        <source>{0}; {1} could not be used</source>
        <translation>{0}; {1} nicht verwendbar</translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message>
        <source>Choose a folder and at least one kind of files.</source>
        <translation>Wählen Sie einen Ordner und mindestens eine Art von Dateien.</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>Auswählen…</translation>
    </message>
    <message>
        <source>Corrected masks (PNG of 0 and 255, in the size of their images)</source>
        <translation>Korrigierte Masken (PNG mit 0 und 255, in der Größe ihrer Bilder)</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Export</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>Folder of the export</source>
        <translation>Ordner des Exports</translation>
    </message>
    <message>
        <source>Tables: labels and grades, scores, every correction (CSV)</source>
        <translation>Tabellen: Befunde und Grade, Werte, jede Korrektur (CSV)</translation>
    </message>
    <message>
        <source>The files name patients as the images do: keep them where the images may be kept.</source>
        <translation>Die Dateien nennen Patienten wie die Bilder: Bewahren Sie sie dort auf, wo auch die Bilder aufbewahrt werden dürfen.</translation>
    </message>
    <message>
        <source>The same masks as one COCO file</source>
        <translation>Dieselben Masken als eine COCO-Datei</translation>
    </message>
</context>
<context>
    <name>FilterDialog</name>
    <message>
        <source>Clear</source>
        <translation>Leeren</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>DR grade</source>
        <translation>DR-Grad</translation>
    </message>
    <message>
        <source>DR grade {0}</source>
        <translation>DR-Grad {0}</translation>
    </message>
    <message>
        <source>Decided by others, not yet by me (double reading)</source>
        <translation>Von anderen entschieden, noch nicht von mir (Doppelbefundung)</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Filters</source>
        <translation>Filter</translation>
    </message>
    <message>
        <source>Highest score</source>
        <translation>Höchster Wert</translation>
    </message>
    <message>
        <source>Kept under a name</source>
        <translation>Unter einem Namen gespeichert</translation>
    </message>
    <message>
        <source>Label</source>
        <translation>Befund</translation>
    </message>
    <message>
        <source>Lowest score</source>
        <translation>Niedrigster Wert</translation>
    </message>
    <message>
        <source>Modality</source>
        <translation>Modalität</translation>
    </message>
    <message>
        <source>Reader</source>
        <translation>Befunder</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Speichern</translation>
    </message>
    <message>
        <source>Score of</source>
        <translation>Wert von</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Type a name first.</source>
        <translation>Geben Sie zuerst einen Namen ein.</translation>
    </message>
    <message>
        <source>any</source>
        <translation>beliebig</translation>
    </message>
    <message>
        <source>chest X-rays</source>
        <translation>Thorax-Röntgenaufnahmen</translation>
    </message>
    <message>
        <source>from, to</source>
        <translation>von, bis</translation>
    </message>
    <message>
        <source>fundus photographs</source>
        <translation>Fundusfotografien</translation>
    </message>
    <message>
        <source>highest</source>
        <translation>höchster</translation>
    </message>
    <message>
        <source>lowest</source>
        <translation>niedrigster</translation>
    </message>
    <message>
        <source>{0} is no number.</source>
        <translation>{0} ist keine Zahl.</translation>
    </message>
</context>
<context>
    <name>FindingsPanel</name>
    <message>
        <source>1–9 present, absent, unknown</source>
        <translation>1–9 vorhanden, nicht vorhanden, unbekannt</translation>
    </message>
    <message>
        <source>At or above its threshold</source>
        <translation>An oder über der Schwelle</translation>
    </message>
    <message>
        <source>Below its threshold</source>
        <translation>Unter der Schwelle</translation>
    </message>
    <message>
        <source>Fewer</source>
        <translation>Weniger</translation>
    </message>
    <message>
        <source>Find a label</source>
        <translation>Befund suchen</translation>
    </message>
    <message>
        <source>Find a label   /</source>
        <translation>Befund suchen   /</translation>
    </message>
    <message>
        <source>No finding: {0} of 1</source>
        <translation>Kein Befund: {0} von 1</translation>
    </message>
    <message>
        <source>Out of scope: {0}. The ranking is of little worth here.</source>
        <translation>Außerhalb des Anwendungsbereichs: {0}. Die Rangfolge ist hier wenig wert.</translation>
    </message>
    <message>
        <source>Ranked findings</source>
        <translation>Befunde nach Rang</translation>
    </message>
    <message>
        <source>Relevance, not probability.</source>
        <translation>Relevanz, keine Wahrscheinlichkeit.</translation>
    </message>
    <message>
        <source>Seen: training images carried this finding.</source>
        <translation>Gelernt: Trainingsbilder zeigten diesen Befund.</translation>
    </message>
    <message>
        <source>Typed by a reader; ranked by its description.</source>
        <translation>Von einem Befunder eingegeben; nach der Beschreibung eingeordnet.</translation>
    </message>
    <message>
        <source>Unseen: no training image carried this finding; it is ranked by its description.</source>
        <translation>Ungelernt: Kein Trainingsbild zeigte diesen Befund; er wird nach seiner Beschreibung eingeordnet.</translation>
    </message>
    <message>
        <source>{0} more</source>
        <translation>{0} weitere</translation>
    </message>
</context>
<context>
    <name>GradePanel</name>
    <message>
        <source>Eye not known</source>
        <translation>Auge nicht bekannt</translation>
    </message>
    <message>
        <source>Left eye</source>
        <translation>Linkes Auge</translation>
    </message>
    <message>
        <source>Mean of {0} models.</source>
        <translation>Mittel aus {0} Modellen.</translation>
    </message>
    <message>
        <source>No model has graded this eye.</source>
        <translation>Kein Modell hat dieses Auge graduiert.</translation>
    </message>
    <message>
        <source>Probabilities calibrated.</source>
        <translation>Wahrscheinlichkeiten kalibriert.</translation>
    </message>
    <message>
        <source>Reader: grade {0}</source>
        <translation>Befunder: Grad {0}</translation>
    </message>
    <message>
        <source>Referable {0} · grade ≥ 2: {1:.2f}</source>
        <translation>Überweisung {0} · Grad ≥ 2: {1:.2f}</translation>
    </message>
    <message>
        <source>Referable {0} · p(grade ≥ 2) {1:.2f}</source>
        <translation>Überweisung {0} · p(Grad ≥ 2) {1:.2f}</translation>
    </message>
    <message>
        <source>Referable {0} · reader</source>
        <translation>Überweisung {0} · Befunder</translation>
    </message>
    <message>
        <source>Right eye</source>
        <translation>Rechtes Auge</translation>
    </message>
    <message>
        <source>Uncalibrated: no true probabilities.</source>
        <translation>Nicht kalibriert: keine echten Wahrscheinlichkeiten.</translation>
    </message>
    <message>
        <source>as the model</source>
        <translation>wie das Modell</translation>
    </message>
    <message>
        <source>no</source>
        <translation>nein</translation>
    </message>
    <message>
        <source>the model said {0}</source>
        <translation>das Modell sagte {0}</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>ja</translation>
    </message>
    <message>
        <source>{0} · DR grade</source>
        <translation>{0} · DR-Grad</translation>
    </message>
</context>
<context>
    <name>Grades</name>
    <message>
        <source>Mild</source>
        <translation>Leicht</translation>
    </message>
    <message>
        <source>Moderate</source>
        <translation>Mäßig</translation>
    </message>
    <message>
        <source>No DR</source>
        <translation>Keine DR</translation>
    </message>
    <message>
        <source>Proliferative</source>
        <translation>Proliferativ</translation>
    </message>
    <message>
        <source>Severe</source>
        <translation>Schwer</translation>
    </message>
</context>
<context>
    <name>GuideDialog</name>
    <message>
        <source>Page</source>
        <translation>Seite</translation>
    </message>
    <message>
        <source>Pages of the guide</source>
        <translation>Seiten des Handbuchs</translation>
    </message>
    <message>
        <source>User guide</source>
        <translation>Benutzerhandbuch</translation>
    </message>
</context>
<context>
    <name>HelpControl</name>
    <message>
        <source>All cases, and what the models say. Search, filter by the chips, sort by any score.</source>
        <translation>Alle Fälle und was die Modelle sagen. Suchen, über die Schaltflächen filtern, nach jedem Wert sortieren.</translation>
    </message>
    <message>
        <source>An unforeseen error</source>
        <translation>Ein unvorhergesehener Fehler</translation>
    </message>
    <message>
        <source>Decide</source>
        <translation>Entscheiden</translation>
    </message>
    <message>
        <source>Enter accepts and goes on, U asks a second reader, X rejects; Ctrl+Z undoes.</source>
        <translation>Die Eingabetaste nimmt an und geht weiter, U fragt einen zweiten Befunder, X lehnt ab; Strg+Z macht rückgängig.</translation>
    </message>
    <message>
        <source>Every decision and every stroke is saved when it is made: look for “all saved”.</source>
        <translation>Jede Entscheidung und jeder Strich wird sofort gespeichert: Achten Sie auf „alles gespeichert“.</translation>
    </message>
    <message>
        <source>F1 shows all keys, Ctrl+K finds any command by a few letters.</source>
        <translation>F1 zeigt alle Tasten, Strg+K findet jeden Befehl über wenige Buchstaben.</translation>
    </message>
    <message>
        <source>Grades by 0–4, findings by 1–9. No model ever writes over your word.</source>
        <translation>Grade mit 0–4, Befunde mit 1–9. Kein Modell überschreibt je Ihre Entscheidung.</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>Bild</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Tasten</translation>
    </message>
    <message>
        <source>Lynceus ended unexpectedly last time</source>
        <translation>Lynceus wurde beim letzten Mal unerwartet beendet</translation>
    </message>
    <message>
        <source>Review of fundus photographs and chest X-rays with models that learn from their reviewers.</source>
        <translation>Befundung von Fundusfotografien und Thorax-Röntgenaufnahmen mit Modellen, die von ihren Befundern lernen.</translation>
    </message>
    <message>
        <source>Saved at once</source>
        <translation>Sofort gespeichert</translation>
    </message>
    <message>
        <source>The keys could not be kept</source>
        <translation>Die Tasten konnten nicht gespeichert werden</translation>
    </message>
    <message>
        <source>The regions that the model looked at, at full resolution. Click one to go there.</source>
        <translation>Die Regionen, auf die das Modell geachtet hat, in voller Auflösung. Klicken Sie auf eine, um dorthin zu gelangen.</translation>
    </message>
    <message>
        <source>The wheel zooms, the middle button moves, a double click fits. Hold H to see the image without anything drawn on it.</source>
        <translation>Das Rad zoomt, die mittlere Taste verschiebt, ein Doppelklick passt ein. Halten Sie H, um das Bild ohne Einblendungen zu sehen.</translation>
    </message>
    <message>
        <source>What the models say, and what you decide</source>
        <translation>Was die Modelle sagen und was Sie entscheiden</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>Warum</translation>
    </message>
    <message>
        <source>Worklist</source>
        <translation>Arbeitsliste</translation>
    </message>
</context>
<context>
    <name>HistoryPanel</name>
    <message>
        <source>History</source>
        <translation>Verlauf</translation>
    </message>
    <message>
        <source>Nothing yet.</source>
        <translation>Noch nichts.</translation>
    </message>
    <message>
        <source>absent</source>
        <translation>nicht vorhanden</translation>
    </message>
    <message>
        <source>comment changed</source>
        <translation>Kommentar geändert</translation>
    </message>
    <message>
        <source>eyes paired or separated</source>
        <translation>Augen gepaart oder getrennt</translation>
    </message>
    <message>
        <source>laterality set to {2}</source>
        <translation>Seite auf {2} gesetzt</translation>
    </message>
    <message>
        <source>mask {0} corrected</source>
        <translation>Maske {0} korrigiert</translation>
    </message>
    <message>
        <source>modality set to {2}</source>
        <translation>Modalität auf {2} gesetzt</translation>
    </message>
    <message>
        <source>now</source>
        <translation>jetzt</translation>
    </message>
    <message>
        <source>predicted by {0} models</source>
        <translation>von {0} Modellen vorhergesagt</translation>
    </message>
    <message>
        <source>predicted · {0}</source>
        <translation>vorhergesagt · {0}</translation>
    </message>
    <message>
        <source>present</source>
        <translation>vorhanden</translation>
    </message>
    <message>
        <source>threshold of {0} {2}</source>
        <translation>Schwelle von {0} {2}</translation>
    </message>
    <message>
        <source>undone: {0}</source>
        <translation>rückgängig: {0}</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>unbekannt</translation>
    </message>
    <message>
        <source>{0} grade {1} → {2}</source>
        <translation>{0}-Grad {1} → {2}</translation>
    </message>
</context>
<context>
    <name>ImportDialog</name>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>File not imported</source>
        <translation>Nicht importierte Datei</translation>
    </message>
    <message>
        <source>Files not imported</source>
        <translation>Nicht importierte Dateien</translation>
    </message>
    <message>
        <source>Images added: {0} (cases: {1})</source>
        <translation>Bilder hinzugefügt: {0} (Fälle: {1})</translation>
    </message>
    <message>
        <source>Import</source>
        <translation>Import</translation>
    </message>
    <message>
        <source>Looking for images…</source>
        <translation>Sucht Bilder…</translation>
    </message>
    <message>
        <source>No images were found there. Lynceus reads JPEG, PNG, TIFF, BMP and DICOM files.</source>
        <translation>Dort wurden keine Bilder gefunden. Lynceus liest JPEG-, PNG-, TIFF-, BMP- und DICOM-Dateien.</translation>
    </message>
    <message>
        <source>Why, and what to do</source>
        <translation>Warum und was zu tun ist</translation>
    </message>
    <message>
        <source>{0}
{1} of {2} files</source>
        <translation>{0}
{1} von {2} Dateien</translation>
    </message>
    <message>
        <source>{0} already known</source>
        <translation>{0} bereits bekannt</translation>
    </message>
    <message>
        <source>{0} not imported</source>
        <translation>{0} nicht importiert</translation>
    </message>
</context>
<context>
    <name>InsetView</name>
    <message>
        <source>Region {0}: {1}</source>
        <translation>Region {0}: {1}</translation>
    </message>
</context>
<context>
    <name>JudgedModel</name>
    <message>
        <source>Answer</source>
        <translation>Antwort</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>Bild</translation>
    </message>
    <message>
        <source>Margin</source>
        <translation>Abstand</translation>
    </message>
    <message>
        <source>likely</source>
        <translation>wahrscheinlich</translation>
    </message>
    <message>
        <source>unlikely</source>
        <translation>unwahrscheinlich</translation>
    </message>
</context>
<context>
    <name>KeyEditor</name>
    <message>
        <source>Add this key</source>
        <translation>Diese Taste hinzufügen</translation>
    </message>
    <message>
        <source>All defaults</source>
        <translation>Alle Vorgaben</translation>
    </message>
    <message>
        <source>Change keys</source>
        <translation>Tasten ändern</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>Befehl</translation>
    </message>
    <message>
        <source>Commands and their keys</source>
        <translation>Befehle und ihre Tasten</translation>
    </message>
    <message>
        <source>Default</source>
        <translation>Vorgabe</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Tasten</translation>
    </message>
    <message>
        <source>New key</source>
        <translation>Neue Taste</translation>
    </message>
    <message>
        <source>No key</source>
        <translation>Keine Taste</translation>
    </message>
    <message>
        <source>Press the new key</source>
        <translation>Drücken Sie die neue Taste</translation>
    </message>
    <message>
        <source>Search a command</source>
        <translation>Befehl suchen</translation>
    </message>
    <message>
        <source>Use this key only</source>
        <translation>Nur diese Taste verwenden</translation>
    </message>
    <message>
        <source>changed</source>
        <translation>geändert</translation>
    </message>
    <message>
        <source>clashes</source>
        <translation>doppelt belegt</translation>
    </message>
    <message>
        <source>{0} would mean two things: {1}, and {2}.</source>
        <translation>{0} hätte zwei Bedeutungen: {1} und {2}.</translation>
    </message>
</context>
<context>
    <name>KeysDialog</name>
    <message>
        <source> or </source>
        <translation> oder </translation>
    </message>
    <message>
        <source>Ctrl + wheel</source>
        <translation>Strg + Rad</translation>
    </message>
    <message>
        <source>Double click</source>
        <translation>Doppelklick</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Tasten</translation>
    </message>
    <message>
        <source>Left drag</source>
        <translation>Ziehen mit links</translation>
    </message>
    <message>
        <source>Middle or Space drag</source>
        <translation>Ziehen mit Mitte oder Leertaste</translation>
    </message>
    <message>
        <source>Mouse</source>
        <translation>Maus</translation>
    </message>
    <message>
        <source>Right drag, wheel</source>
        <translation>Ziehen mit rechts, Rad</translation>
    </message>
    <message>
        <source>Shift + left drag</source>
        <translation>Umschalt + Ziehen mit links</translation>
    </message>
    <message>
        <source>brush size</source>
        <translation>Pinselgröße</translation>
    </message>
    <message>
        <source>erases</source>
        <translation>radiert</translation>
    </message>
    <message>
        <source>fit / one to one</source>
        <translation>einpassen / eins zu eins</translation>
    </message>
    <message>
        <source>moves (fundus), windows (chest), paints</source>
        <translation>verschiebt (Fundus), fenstert (Thorax), malt</translation>
    </message>
    <message>
        <source>moves the image</source>
        <translation>verschiebt das Bild</translation>
    </message>
    <message>
        <source>zooms</source>
        <translation>zoomt</translation>
    </message>
</context>
<context>
    <name>LesionControl</name>
    <message>
        <source>Corrected by a reader: {0}.</source>
        <translation>Von einem Befunder korrigiert: {0}.</translation>
    </message>
    <message>
        <source>Masks are being read…</source>
        <translation>Masken werden gelesen…</translation>
    </message>
    <message>
        <source>No lesion masks yet.</source>
        <translation>Noch keine Läsionsmasken.</translation>
    </message>
    <message>
        <source>{0}, largest first</source>
        <translation>{0}, größte zuerst</translation>
    </message>
    <message>
        <source>{0}: none marked</source>
        <translation>{0}: keine markiert</translation>
    </message>
</context>
<context>
    <name>Lesions</name>
    <message>
        <source>Haemorrhages</source>
        <translation>Blutungen</translation>
    </message>
    <message>
        <source>Hard exudates</source>
        <translation>Harte Exsudate</translation>
    </message>
    <message>
        <source>Microaneurysms</source>
        <translation>Mikroaneurysmen</translation>
    </message>
    <message>
        <source>Neovascularisation</source>
        <translation>Neovaskularisation</translation>
    </message>
    <message>
        <source>Soft exudates</source>
        <translation>Weiche Exsudate</translation>
    </message>
    <message>
        <source>haemorrhages</source>
        <translation>Blutungen</translation>
    </message>
    <message>
        <source>hard exudates</source>
        <translation>harte Exsudate</translation>
    </message>
    <message>
        <source>microaneurysms</source>
        <translation>Mikroaneurysmen</translation>
    </message>
    <message>
        <source>neovascularisation</source>
        <translation>Neovaskularisation</translation>
    </message>
    <message>
        <source>soft exudates</source>
        <translation>weiche Exsudate</translation>
    </message>
</context>
<context>
    <name>LesionsPanel</name>
    <message>
        <source>Correct masks   E</source>
        <translation>Masken korrigieren   E</translation>
    </message>
    <message>
        <source>Done   Esc</source>
        <translation>Fertig   Esc</translation>
    </message>
    <message>
        <source>Lesions</source>
        <translation>Läsionen</translation>
    </message>
</context>
<context>
    <name>ListControl</name>
    <message>
        <source>Delete it and save it anew.</source>
        <translation>Löschen Sie ihn und speichern Sie ihn neu.</translation>
    </message>
    <message>
        <source>Filter “{0}” deleted.</source>
        <translation>Filter „{0}“ gelöscht.</translation>
    </message>
    <message>
        <source>Filter “{0}” saved.</source>
        <translation>Filter „{0}“ gespeichert.</translation>
    </message>
    <message>
        <source>Next best of {0} unreviewed cases</source>
        <translation>Lohnendste von {0} unbefundeten Fällen</translation>
    </message>
    <message>
        <source>The filter cannot be used</source>
        <translation>Der Filter kann nicht verwendet werden</translation>
    </message>
    <message>
        <source>The filter could not be saved</source>
        <translation>Der Filter konnte nicht gespeichert werden</translation>
    </message>
    <message>
        <source>The queue could not be made</source>
        <translation>Die Reihenfolge konnte nicht erstellt werden</translation>
    </message>
    <message>
        <source>Weighing the cases…</source>
        <translation>Wägt die Fälle ab…</translation>
    </message>
</context>
<context>
    <name>MapsPanel</name>
    <message>
        <source>Attention A</source>
        <translation>Attention A</translation>
    </message>
    <message>
        <source>Gated G</source>
        <translation>Gated G</translation>
    </message>
    <message>
        <source>Map of grade {0}</source>
        <translation>Karte von Grad {0}</translation>
    </message>
    <message>
        <source>Map of the model&apos;s grade</source>
        <translation>Karte des Grades, den das Modell angibt</translation>
    </message>
    <message>
        <source>Maps</source>
        <translation>Karten</translation>
    </message>
    <message>
        <source>Score S</source>
        <translation>Score S</translation>
    </message>
    <message>
        <source>There are no maps: the models have not run on this image.</source>
        <translation>Es gibt keine Karten: Die Modelle sind auf diesem Bild noch nicht gelaufen.</translation>
    </message>
    <message>
        <source>of its grade</source>
        <translation>wie Grad</translation>
    </message>
</context>
<context>
    <name>MaskControl</name>
    <message>
        <source>Masks are being saved…</source>
        <translation>Masken werden gespeichert…</translation>
    </message>
    <message>
        <source>Masks corrected.</source>
        <translation>Masken korrigiert.</translation>
    </message>
    <message>
        <source>An edit is not saved yet: press Try again before correcting masks.</source>
        <translation>Eine Änderung ist noch nicht gespeichert: Erneut versuchen drücken, bevor Masken korrigiert werden.</translation>
    </message>
    <message>
        <source>The image is still being read; then its masks can be corrected.</source>
        <translation>Das Bild wird noch gelesen; danach können seine Masken korrigiert werden.</translation>
    </message>
    <message>
        <source>stroke on {0}</source>
        <translation>Strich auf {0}</translation>
    </message>
    <message>
        <source>{0} · brush {1:.0f} px · Shift erases · Esc done</source>
        <translation>{0} · Pinsel {1:.0f} px · Umschalt radiert · Esc fertig</translation>
    </message>
    <message>
        <source>{0} · brush {1:.0f} px · keeps other lesions · Shift erases · Esc done</source>
        <translation>{0} · Pinsel {1:.0f} px · erhält andere Läsionen · Umschalt radiert · Esc fertig</translation>
    </message>
</context>
<context>
    <name>MaskToolControl</name>
    <message>
        <source>Nothing to change: {0}</source>
        <translation>Nichts zu ändern: {0}</translation>
    </message>
    <message>
        <source>Put the pointer into a closed outline of this lesion to fill it.</source>
        <translation>Setzen Sie den Zeiger in einen geschlossenen Umriss dieser Läsion, um ihn zu füllen.</translation>
    </message>
    <message>
        <source>Put the pointer on a lesion of the chosen kind to delete it.</source>
        <translation>Setzen Sie den Zeiger auf eine Läsion der gewählten Art, um sie zu löschen.</translation>
    </message>
    <message>
        <source>The model gave no map of this lesion.</source>
        <translation>Das Modell hat keine Karte dieser Läsion geliefert.</translation>
    </message>
    <message>
        <source>White dots: what the model sees. Click a lesion to accept it, Shift+click takes away.</source>
        <translation>Weiße Punkte: was das Modell sieht. Ein Klick nimmt eine Läsion an, Umschalt+Klick nimmt sie weg.</translation>
    </message>
    <message>
        <source>the one under the pointer</source>
        <translation>die unter dem Zeiger</translation>
    </message>
    <message>
        <source>threshold {0:.2f} of {1}</source>
        <translation>Schwelle {0:.2f} von {1}</translation>
    </message>
    <message>
        <source>{0} cleared</source>
        <translation>{0} geleert</translation>
    </message>
    <message>
        <source>{0} grown</source>
        <translation>{0} erweitert</translation>
    </message>
    <message>
        <source>{0} shrunk</source>
        <translation>{0} verkleinert</translation>
    </message>
    <message>
        <source>{0} without holes</source>
        <translation>{0} ohne Löcher</translation>
    </message>
    <message>
        <source>{0} without specks</source>
        <translation>{0} ohne Flecken</translation>
    </message>
</context>
<context>
    <name>MatrixDialog</name>
    <message>
        <source>Asking the model…</source>
        <translation>Das Modell wird gefragt…</translation>
    </message>
    <message>
        <source>Mean over pairs of gallery images of the score that both show the same disease; version {0}. Not a probability.</source>
        <translation>Mittel über Bildpaare der Galerie: Wert dafür, dass beide dieselbe Erkrankung zeigen; Version {0}. Keine Wahrscheinlichkeit.</translation>
    </message>
    <message>
        <source>Save as csv…</source>
        <translation>Als CSV speichern…</translation>
    </message>
    <message>
        <source>Similarity of diseases</source>
        <translation>Ähnlichkeit der Erkrankungen</translation>
    </message>
    <message>
        <source>not comparable</source>
        <translation>nicht vergleichbar</translation>
    </message>
</context>
<context>
    <name>MatrixView</name>
    <message>
        <source>Similarity of diseases; the arrow keys move from cell to cell</source>
        <translation>Ähnlichkeit der Erkrankungen; die Pfeiltasten führen von Feld zu Feld</translation>
    </message>
</context>
<context>
    <name>MeasureControl</name>
    <message>
        <source>Angle: drag the first arm to the vertex, then click the end of the second.</source>
        <translation>Winkel: Ziehen Sie den ersten Schenkel zum Scheitel und klicken Sie dann auf das Ende des zweiten.</translation>
    </message>
    <message>
        <source>Area: draw around it, or click corners and double-click.</source>
        <translation>Fläche: Umfahren Sie sie, oder klicken Sie Ecken an und schließen Sie mit einem Doppelklick.</translation>
    </message>
    <message>
        <source>Length: drag a line. Esc ends measuring.</source>
        <translation>Strecke: Ziehen Sie eine Linie. Esc beendet das Messen.</translation>
    </message>
    <message>
        <source>Measure the optic disc first, then choose this.</source>
        <translation>Messen Sie zuerst die Papille und wählen Sie dann dies.</translation>
    </message>
    <message>
        <source>Nothing was measured on this image.</source>
        <translation>Auf diesem Bild wurde nichts gemessen.</translation>
    </message>
    <message>
        <source>The optic disc measures {0:.0f} px; areas are given in its area.</source>
        <translation>Die Papille misst {0:.0f} px; Flächen werden in Papillenflächen angegeben.</translation>
    </message>
    <message>
        <source>angle</source>
        <translation>Winkel</translation>
    </message>
    <message>
        <source>area</source>
        <translation>Fläche</translation>
    </message>
    <message>
        <source>length</source>
        <translation>Strecke</translation>
    </message>
</context>
<context>
    <name>Menus</name>
    <message>
        <source>Compare</source>
        <translation>Vergleichen</translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>Bearbeiten</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>Finding</source>
        <translation>Befund</translation>
    </message>
    <message>
        <source>Grade</source>
        <translation>Grad</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>Hilfe</translation>
    </message>
    <message>
        <source>Laterality</source>
        <translation>Seite</translation>
    </message>
    <message>
        <source>Map</source>
        <translation>Karte</translation>
    </message>
    <message>
        <source>Masks</source>
        <translation>Masken</translation>
    </message>
    <message>
        <source>Measure</source>
        <translation>Messen</translation>
    </message>
    <message>
        <source>Modality</source>
        <translation>Modalität</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>Pairing</source>
        <translation>Paarung</translation>
    </message>
    <message>
        <source>Region</source>
        <translation>Region</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>Befundung</translation>
    </message>
    <message>
        <source>Shape</source>
        <translation>Form</translation>
    </message>
    <message>
        <source>Tool</source>
        <translation>Werkzeug</translation>
    </message>
    <message>
        <source>Turn</source>
        <translation>Drehen</translation>
    </message>
    <message>
        <source>View</source>
        <translation>Ansicht</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>Fenster</translation>
    </message>
</context>
<context>
    <name>ModelControl</name>
    <message>
        <source>An edit is not saved yet: save it before retraining.</source>
        <translation>Eine Änderung ist noch nicht gespeichert: Speichern Sie sie vor dem Nachtrainieren.</translation>
    </message>
    <message>
        <source>Cancelled.</source>
        <translation>Abgebrochen.</translation>
    </message>
    <message>
        <source>Export a model</source>
        <translation>Modell exportieren</translation>
    </message>
    <message>
        <source>Making {0} {1} the active one…</source>
        <translation>{0} {1} wird aktiv gesetzt…</translation>
    </message>
    <message>
        <source>Most like {0}, nearest first</source>
        <translation>Am ähnlichsten zu {0}, nächste zuerst</translation>
    </message>
    <message>
        <source>Nearest known: {0}</source>
        <translation>Nächste bekannte: {0}</translation>
    </message>
    <message>
        <source>No model has looked at this case yet: run the models first.</source>
        <translation>Noch kein Modell hat diesen Fall ausgewertet: Wenden Sie zuerst die Modelle an.</translation>
    </message>
    <message>
        <source>No similar cases could be found</source>
        <translation>Es konnten keine ähnlichen Fälle gefunden werden</translation>
    </message>
    <message>
        <source>Ranked {0} images.</source>
        <translation>{0} Bilder eingeordnet.</translation>
    </message>
    <message>
        <source>Ranking {0}…</source>
        <translation>Ordnet {0} ein…</translation>
    </message>
    <message>
        <source>Select at most {0} cases to look for similar ones.</source>
        <translation>Wählen Sie höchstens {0} Fälle, um ähnliche zu suchen.</translation>
    </message>
    <message>
        <source>The model could not be activated</source>
        <translation>Das Modell konnte nicht aktiviert werden</translation>
    </message>
    <message>
        <source>The model could not be exported</source>
        <translation>Das Modell konnte nicht exportiert werden</translation>
    </message>
    <message>
        <source>The retraining failed</source>
        <translation>Das Nachtrainieren ist fehlgeschlagen</translation>
    </message>
    <message>
        <source>The reviewed images could not be counted</source>
        <translation>Die befundeten Bilder konnten nicht gezählt werden</translation>
    </message>
    <message>
        <source>Together most like: {0} (mean similarity, no probability)</source>
        <translation>Zusammen am ähnlichsten: {0} (mittlere Ähnlichkeit, keine Wahrscheinlichkeit)</translation>
    </message>
    <message>
        <source>Weights (*.safetensors)</source>
        <translation>Gewichte (*.safetensors)</translation>
    </message>
    <message>
        <source>Written: {0} and its card.</source>
        <translation>Geschrieben: {0} und die Modellkarte.</translation>
    </message>
    <message>
        <source>cases reviewed</source>
        <translation>Fälle befundet</translation>
    </message>
    <message>
        <source>labels decided</source>
        <translation>Befunde entschieden</translation>
    </message>
    <message>
        <source>looking for similar cases</source>
        <translation>sucht ähnliche Fälle</translation>
    </message>
    <message>
        <source>looking for similar diseases</source>
        <translation>ähnliche Krankheiten werden gesucht</translation>
    </message>
    <message>
        <source>masks corrected</source>
        <translation>Masken korrigiert</translation>
    </message>
    <message>
        <source>ranking {0}</source>
        <translation>ordnet {0} ein</translation>
    </message>
    <message>
        <source>the {0} selected cases</source>
        <translation>den {0} gewählten Fällen</translation>
    </message>
    <message>
        <source>training {0}</source>
        <translation>trainiert {0}</translation>
    </message>
    <message>
        <source>{0} is not used; it stays among the versions.</source>
        <translation>{0} wird nicht verwendet; es bleibt unter den Versionen.</translation>
    </message>
    <message>
        <source>{0} is trained: compare it with the old one.</source>
        <translation>{0} ist trainiert: Vergleichen Sie es mit dem alten.</translation>
    </message>
    <message>
        <source>{0} {1} is active.</source>
        <translation>{0} {1} ist aktiv.</translation>
    </message>
</context>
<context>
    <name>Notes</name>
    <message>
        <source>Ablation: no disease similarity, every known disease is the source.</source>
        <translation>Ablation: ohne Krankheitsähnlichkeit, jede bekannte Krankheit ist Quelle.</translation>
    </message>
    <message>
        <source>Clusters were fitted on the {0} given images.</source>
        <translation>Die Gruppen wurden an den {0} gegebenen Bildern bestimmt.</translation>
    </message>
    <message>
        <source>Clusters were fitted on {0} synthetic images of {1} and {2} of healthy eyes.</source>
        <translation>Die Gruppen wurden an {0} synthetischen Bildern von {1} und {2} von gesunden Augen bestimmt.</translation>
    </message>
    <message>
        <source>Disease similarity was trained on synthetic images only: unproven on photographs.</source>
        <translation>Die Krankheitsähnlichkeit wurde nur an synthetischen Bildern gelernt: an Fotografien nicht erprobt.</translation>
    </message>
    <message>
        <source>Graded alone: the file of the fellow eye holds the very same picture.</source>
        <translation>Allein graduiert: die Datei des anderen Auges enthält genau dasselbe Bild.</translation>
    </message>
    <message>
        <source>Graded alone: the image of the fellow eye cannot be graded.</source>
        <translation>Allein graduiert: das Bild des anderen Auges ist nicht graduierbar.</translation>
    </message>
    <message>
        <source>Graded alone: the image of the fellow eye could not be read.</source>
        <translation>Allein graduiert: das Bild des anderen Auges konnte nicht gelesen werden.</translation>
    </message>
    <message>
        <source>Graded alone: the other image is said to be of the same eye.</source>
        <translation>Allein graduiert: das andere Bild soll dasselbe Auge zeigen.</translation>
    </message>
    <message>
        <source>Graded alone: there is no image of the fellow eye.</source>
        <translation>Allein graduiert: vom anderen Auge gibt es kein Bild.</translation>
    </message>
    <message>
        <source>Graded alone: which eye each image shows is not known.</source>
        <translation>Allein graduiert: welches Auge ein Bild zeigt, ist nicht bekannt.</translation>
    </message>
    <message>
        <source>Known diseases were ranked by {0} given images of {1}.</source>
        <translation>Bekannte Krankheiten wurden nach {0} gegebenen Bildern von {1} geordnet.</translation>
    </message>
    <message>
        <source>M-Net alone says {0}, with the zoomed regions it is {1}; no single region explains it.</source>
        <translation>M-Net allein sagt {0}, mit den vergrößerten Regionen ist es {1}; keine einzelne Region erklärt es.</translation>
    </message>
    <message>
        <source>M-Net alone says {0}, with the zoomed regions it is {1}; region {2} does most of it ({3} of the expected grade).</source>
        <translation>M-Net allein sagt {0}, mit den vergrößerten Regionen ist es {1}; am meisten bewirkt Region {2} ({3} des erwarteten Grades).</translation>
    </message>
    <message>
        <source>M-Net alone says {0}, with the zoomed regions it is {1}; without region {2} it would stay {3}.</source>
        <translation>M-Net allein sagt {0}, mit den vergrößerten Regionen ist es {1}; ohne Region {2} bliebe es bei {3}.</translation>
    </message>
    <message>
        <source>No suspicious region: nothing in the image speaks for the predicted grade more than against it.</source>
        <translation>Keine auffällige Region: nichts im Bild spricht mehr für den vorhergesagten Grad als dagegen.</translation>
    </message>
    <message>
        <source>Said to be a left eye, but the optic disc lies where a right eye has it: check the laterality.</source>
        <translation>Als linkes Auge angegeben, aber die Papille liegt wie in einem rechten: bitte die Seite prüfen.</translation>
    </message>
    <message>
        <source>Said to be a right eye, but the optic disc lies where a left eye has it: check the laterality.</source>
        <translation>Als rechtes Auge angegeben, aber die Papille liegt wie in einem linken: bitte die Seite prüfen.</translation>
    </message>
    <message>
        <source>The diseased cluster is the one with more images of the source disease; the target has no label.</source>
        <translation>Als krank gilt die Gruppe mit mehr Bildern der Quellkrankheit; die Zielkrankheit hat kein Etikett.</translation>
    </message>
    <message>
        <source>The diseased cluster is the one with more lesion area; no label of the target was used.</source>
        <translation>Als krank gilt die Gruppe mit der größeren Läsionsfläche; von der Zielkrankheit wurde kein Etikett verwendet.</translation>
    </message>
    <message>
        <source>The image cannot be graded: it is blurred.</source>
        <translation>Das Bild ist nicht graduierbar: es ist unscharf.</translation>
    </message>
    <message>
        <source>The image cannot be graded: it is overexposed.</source>
        <translation>Das Bild ist nicht graduierbar: es ist überbelichtet.</translation>
    </message>
    <message>
        <source>The image cannot be graded: it is too dark.</source>
        <translation>Das Bild ist nicht graduierbar: es ist zu dunkel.</translation>
    </message>
    <message>
        <source>The image cannot be graded: no retina can be seen in it.</source>
        <translation>Das Bild ist nicht graduierbar: es zeigt keine Netzhaut.</translation>
    </message>
    <message>
        <source>The image cannot be graded: no vessels can be seen in it.</source>
        <translation>Das Bild ist nicht graduierbar: es sind keine Gefäße zu sehen.</translation>
    </message>
    <message>
        <source>The image is only {0}×{1} pixels: small lesions cannot be seen.</source>
        <translation>Das Bild hat nur {0}×{1} Bildpunkte: kleine Läsionen sind darin nicht zu sehen.</translation>
    </message>
    <message>
        <source>{0} is more similar but shows no lesion with a mask.</source>
        <translation>{0} ist ähnlicher, zeigt aber keine Läsion mit Maske.</translation>
    </message>
    <message>
        <source>{0} was trained on synthetic images only: its mask is unproven on photographs.</source>
        <translation>{0} wurde nur an synthetischen Bildern gelernt: die Maske ist an Fotografien nicht erprobt.</translation>
    </message>
    <message>
        <source>{0} was trained on synthetic images only: no mask is given.</source>
        <translation>{0} wurde nur an synthetischen Bildern gelernt: es wird keine Maske gezeigt.</translation>
    </message>
</context>
<context>
    <name>OpenCase</name>
    <message>
        <source>Blind reading: grade each eye by 0–4 first.</source>
        <translation>Verblindete Befundung: Graduieren Sie zuerst jedes Auge mit 0–4.</translation>
    </message>
    <message>
        <source>Left eye</source>
        <translation>Linkes Auge</translation>
    </message>
    <message>
        <source>No model graded {0}: press 0–4.</source>
        <translation>Kein Modell hat graduiert ({0}): Drücken Sie 0–4.</translation>
    </message>
    <message>
        <source>Right eye</source>
        <translation>Rechtes Auge</translation>
    </message>
    <message>
        <source>absent</source>
        <translation>nicht vorhanden</translation>
    </message>
    <message>
        <source>comment</source>
        <translation>Kommentar</translation>
    </message>
    <message>
        <source>laterality {0}</source>
        <translation>Seite {0}</translation>
    </message>
    <message>
        <source>modality {0}</source>
        <translation>Modalität {0}</translation>
    </message>
    <message>
        <source>present</source>
        <translation>vorhanden</translation>
    </message>
    <message>
        <source>reading of {0} taken</source>
        <translation>Befundung von {0} übernommen</translation>
    </message>
    <message>
        <source>this eye</source>
        <translation>dieses Auge</translation>
    </message>
    <message>
        <source>ungradable: {0}</source>
        <translation>nicht beurteilbar: {0}</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>unbekannt</translation>
    </message>
    <message>
        <source>{0} DME risk {1}</source>
        <translation>{0} DMÖ-Risiko {1}</translation>
    </message>
    <message>
        <source>{0} accepted</source>
        <translation>{0} angenommen</translation>
    </message>
    <message>
        <source>{0} grade {1}</source>
        <translation>{0} Grad {1}</translation>
    </message>
    <message>
        <source>{0} is still to be graded.</source>
        <translation>{0} ist noch zu graduieren.</translation>
    </message>
</context>
<context>
    <name>OperatingView</name>
    <message>
        <source>Threshold; the arrow keys move it</source>
        <translation>Schwelle; die Pfeiltasten verschieben sie</translation>
    </message>
    <message>
        <source>positive predictive value</source>
        <translation>positiver prädiktiver Wert</translation>
    </message>
    <message>
        <source>sensitivity</source>
        <translation>Sensitivität</translation>
    </message>
    <message>
        <source>specificity</source>
        <translation>Spezifität</translation>
    </message>
</context>
<context>
    <name>Orders</name>
    <message>
        <source>last reviewed first</source>
        <translation>zuletzt befundete zuerst</translation>
    </message>
    <message>
        <source>most severe first</source>
        <translation>schwerste zuerst</translation>
    </message>
    <message>
        <source>most uncertain first</source>
        <translation>unsicherste zuerst</translation>
    </message>
    <message>
        <source>name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>newest first</source>
        <translation>neueste zuerst</translation>
    </message>
    <message>
        <source>next best first</source>
        <translation>lohnendste zuerst</translation>
    </message>
    <message>
        <source>score of “{0}”</source>
        <translation>Wert von „{0}“</translation>
    </message>
    <message>
        <source>state</source>
        <translation>Zustand</translation>
    </message>
</context>
<context>
    <name>PairDialog</name>
    <message>
        <source>Cases of the other eye</source>
        <translation>Fälle des anderen Auges</translation>
    </message>
    <message>
        <source>Its images move to {0}. Edit &gt; Undo takes that back.</source>
        <translation>Seine Bilder kommen zu {0}. Bearbeiten &gt; Rückgängig nimmt das zurück.</translation>
    </message>
    <message>
        <source>Pair</source>
        <translation>Verbinden</translation>
    </message>
    <message>
        <source>Pair with another case</source>
        <translation>Mit einem anderen Fall verbinden</translation>
    </message>
    <message>
        <source>Search the other case</source>
        <translation>Den anderen Fall suchen</translation>
    </message>
    <message>
        <source>Search the other case…</source>
        <translation>Den anderen Fall suchen…</translation>
    </message>
</context>
<context>
    <name>PairingControl</name>
    <message>
        <source>No case of photographs here lacks the eyes of this one.</source>
        <translation>Kein Fall mit Fotografien, dem die Augen von diesem fehlen.</translation>
    </message>
    <message>
        <source>Saved. The next imports pair eyes by them; paired cases stay as they are.</source>
        <translation>Gespeichert. Die nächsten Importe ordnen Augen danach zu; bestehende Fälle bleiben, wie sie sind.</translation>
    </message>
    <message>
        <source>The patterns could not be saved</source>
        <translation>Die Muster konnten nicht gespeichert werden</translation>
    </message>
    <message>
        <source>This case holds both eyes: separate them first.</source>
        <translation>Dieser Fall enthält beide Augen: Trennen Sie sie zuerst.</translation>
    </message>
    <message>
        <source>This case holds one image only.</source>
        <translation>Dieser Fall enthält nur ein Bild.</translation>
    </message>
    <message>
        <source>eyes of {0} separated</source>
        <translation>Augen von {0} getrennt</translation>
    </message>
    <message>
        <source>{0} paired with {1}</source>
        <translation>{0} mit {1} verbunden</translation>
    </message>
    <message>
        <source>{0}. Run the models on it, and each eye counts for the other.</source>
        <translation>{0}. Lassen Sie die Modelle laufen, dann zählt jedes Auge für das andere.</translation>
    </message>
</context>
<context>
    <name>PairingDialog</name>
    <message>
        <source>left</source>
        <translation>links</translation>
    </message>
    <message>
        <source>right</source>
        <translation>rechts</translation>
    </message>
</context>
<context>
    <name>PairingRulesDialog</name>
    <message>
        <source>Eye</source>
        <translation>Auge</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>File names of eyes</source>
        <translation>Dateinamen der Augen</translation>
    </message>
    <message>
        <source>Patient</source>
        <translation>Patient</translation>
    </message>
    <message>
        <source>Patterns, one a line</source>
        <translation>Muster, eines je Zeile</translation>
    </message>
    <message>
        <source>Read in {0} of {1} file names of this project:</source>
        <translation>Gelesen in {0} von {1} Dateinamen dieses Projekts:</translation>
    </message>
    <message>
        <source>Regular expressions for file names without their suffix, one a line, with the groups patient and eye (left, l, os, 1; right, r, od, 0). They come before the usual ones; a DICOM header that says patient and eye comes before both.</source>
        <translation>Reguläre Ausdrücke für Dateinamen ohne Endung, einer je Zeile, mit den Gruppen patient und eye (left, l, os, 1; right, r, od, 0). Sie gelten vor den üblichen; ein DICOM-Kopf, der Patient und Auge nennt, gilt vor beiden.</translation>
    </message>
    <message>
        <source>Save for the next imports</source>
        <translation>Für die nächsten Importe speichern</translation>
    </message>
    <message>
        <source>The usual ones:
{0}</source>
        <translation>Die üblichen:
{0}</translation>
    </message>
    <message>
        <source>What the patterns read</source>
        <translation>Was die Muster lesen</translation>
    </message>
</context>
<context>
    <name>PaletteDialog</name>
    <message>
        <source>Command palette</source>
        <translation>Befehlspalette</translation>
    </message>
    <message>
        <source>Command palette: type a few letters of a command</source>
        <translation>Befehlspalette: Geben Sie einige Buchstaben eines Befehls ein</translation>
    </message>
    <message>
        <source>Commands</source>
        <translation>Befehle</translation>
    </message>
    <message>
        <source>Type a command</source>
        <translation>Befehl eingeben</translation>
    </message>
    <message>
        <source>{0}, not available now</source>
        <translation>{0}, jetzt nicht verfügbar</translation>
    </message>
</context>
<context>
    <name>Pane</name>
    <message>
        <source>Image</source>
        <translation>Bild</translation>
    </message>
    <message>
        <source>Locate…</source>
        <translation>Suchen…</translation>
    </message>
</context>
<context>
    <name>PatchPictures</name>
    <message>
        <source>Not shown: {0}</source>
        <translation>Nicht gezeigt: {0}</translation>
    </message>
</context>
<context>
    <name>PictureControl</name>
    <message>
        <source>Masks could not be read: {0}</source>
        <translation>Masken konnten nicht gelesen werden: {0}</translation>
    </message>
    <message>
        <source>loading…</source>
        <translation>lädt…</translation>
    </message>
    <message>
        <source>no model yet</source>
        <translation>noch kein Modell</translation>
    </message>
</context>
<context>
    <name>ProjectControl</name>
    <message>
        <source>All files</source>
        <translation>Alle Dateien</translation>
    </message>
    <message>
        <source>An edit is not saved yet: press Try again before opening another project.</source>
        <translation>Eine Änderung ist noch nicht gespeichert: Drücken Sie Erneut versuchen, bevor Sie ein anderes Projekt öffnen.</translation>
    </message>
    <message>
        <source>Cancelled. What was imported before stays.</source>
        <translation>Abgebrochen. Was vorher importiert wurde, bleibt.</translation>
    </message>
    <message>
        <source>Every case has been seen by the models.</source>
        <translation>Die Modelle haben alle Fälle ausgewertet.</translation>
    </message>
    <message>
        <source>Folder of the new project</source>
        <translation>Ordner des neuen Projekts</translation>
    </message>
    <message>
        <source>Images</source>
        <translation>Bilder</translation>
    </message>
    <message>
        <source>Import a folder of images</source>
        <translation>Ordner mit Bildern importieren</translation>
    </message>
    <message>
        <source>Import images</source>
        <translation>Bilder importieren</translation>
    </message>
    <message>
        <source>No model looked at the images: none is installed for what they show.</source>
        <translation>Kein Modell hat die Bilder ausgewertet: Für das, was sie zeigen, ist keines installiert.</translation>
    </message>
    <message>
        <source>Project folder</source>
        <translation>Projektordner</translation>
    </message>
    <message>
        <source>The models could not run</source>
        <translation>Die Modelle konnten nicht laufen</translation>
    </message>
    <message>
        <source>The project could not be opened</source>
        <translation>Das Projekt konnte nicht geöffnet werden</translation>
    </message>
    <message>
        <source>Where is {0}?</source>
        <translation>Wo ist {0}?</translation>
    </message>
    <message>
        <source>importing</source>
        <translation>importiert</translation>
    </message>
    <message>
        <source>predicting</source>
        <translation>wertet aus</translation>
    </message>
    <message>
        <source>{0} predictions</source>
        <translation>{0} Vorhersagen</translation>
    </message>
    <message>
        <source>{0} · {1} refused: {2}</source>
        <translation>{0} · {1} abgelehnt: {2}</translation>
    </message>
</context>
<context>
    <name>RankingsPanel</name>
    <message>
        <source>Compare rankings</source>
        <translation>Rangfolgen vergleichen</translation>
    </message>
    <message>
        <source>Rank correlation {0:.2f} over {1} labels; places here → there</source>
        <translation>Rangkorrelation {0:.2f} über {1} Befunde; Plätze hier → dort</translation>
    </message>
    <message>
        <source>Ranking to compare with</source>
        <translation>Rangfolge zum Vergleich</translation>
    </message>
    <message>
        <source>with nothing</source>
        <translation>mit nichts</translation>
    </message>
    <message>
        <source>{0}: place {1} here, {2} there</source>
        <translation>{0}: Platz {1} hier, {2} dort</translation>
    </message>
</context>
<context>
    <name>ReadingControl</name>
    <message>
        <source>Blind reading: the model is shown when both eyes are graded.</source>
        <translation>Verblindete Befundung: Das Modell wird gezeigt, wenn beide Augen graduiert sind.</translation>
    </message>
    <message>
        <source>No case waits for you as a second reader.</source>
        <translation>Kein Fall wartet auf Sie als zweiten Befunder.</translation>
    </message>
    <message>
        <source>The model is shown at once.</source>
        <translation>Das Modell wird sofort gezeigt.</translation>
    </message>
    <message>
        <source>{0} cases wait for a second reader.</source>
        <translation>{0} Fälle warten auf einen zweiten Befunder.</translation>
    </message>
</context>
<context>
    <name>ReadingsPanel</name>
    <message>
        <source>Readings</source>
        <translation>Befundungen</translation>
    </message>
    <message>
        <source>Take the answer of {0}</source>
        <translation>Antwort von {0} übernehmen</translation>
    </message>
    <message>
        <source>The readers agree.</source>
        <translation>Die Befunder stimmen überein.</translation>
    </message>
    <message>
        <source>The readers differ: decide, or take one answer, then accept.</source>
        <translation>Die Befunder weichen ab: Entscheiden Sie oder übernehmen Sie eine Antwort und nehmen Sie dann an.</translation>
    </message>
    <message>
        <source>The readers differed; it was settled.</source>
        <translation>Die Befunder wichen ab; es wurde entschieden.</translation>
    </message>
    <message>
        <source>absent</source>
        <translation>nicht vorhanden</translation>
    </message>
    <message>
        <source>present</source>
        <translation>vorhanden</translation>
    </message>
    <message>
        <source>{0} grade {1}</source>
        <translation>{0} Grad {1}</translation>
    </message>
</context>
<context>
    <name>ReasonDialog</name>
    <message>
        <source>Ungradable</source>
        <translation>Nicht beurteilbar</translation>
    </message>
    <message>
        <source>Why can this case not be graded?</source>
        <translation>Warum kann dieser Fall nicht beurteilt werden?</translation>
    </message>
    <message>
        <source>artefacts</source>
        <translation>Artefakte</translation>
    </message>
    <message>
        <source>blurred</source>
        <translation>unscharf</translation>
    </message>
    <message>
        <source>field cut off</source>
        <translation>Bildfeld abgeschnitten</translation>
    </message>
    <message>
        <source>media opacity</source>
        <translation>Medientrübung</translation>
    </message>
    <message>
        <source>overexposed</source>
        <translation>überbelichtet</translation>
    </message>
    <message>
        <source>too dark</source>
        <translation>zu dunkel</translation>
    </message>
    <message>
        <source>wrong image</source>
        <translation>falsches Bild</translation>
    </message>
</context>
<context>
    <name>Reasons</name>
    <message>
        <source>new kind</source>
        <translation>neue Art</translation>
    </message>
    <message>
        <source>systems disagree</source>
        <translation>Systeme uneins</translation>
    </message>
    <message>
        <source>uncertain</source>
        <translation>unsicher</translation>
    </message>
</context>
<context>
    <name>RegionsPanel</name>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Single lesions</source>
        <translation>Einzelne Läsionen</translation>
    </message>
    <message>
        <source>{0} pixels</source>
        <translation>{0} Pixel</translation>
    </message>
</context>
<context>
    <name>Reports</name>
    <message>
        <source>clustering {0} patches</source>
        <translation>{0} Ausschnitte werden gruppiert</translation>
    </message>
    <message>
        <source>comparing the images</source>
        <translation>Bilder werden verglichen</translation>
    </message>
    <message>
        <source>diagnosed</source>
        <translation>Diagnose fertig</translation>
    </message>
    <message>
        <source>disease similarity</source>
        <translation>Ähnlichkeit der Krankheiten</translation>
    </message>
    <message>
        <source>drawing synthetic images</source>
        <translation>Synthetische Bilder werden gezeichnet</translation>
    </message>
    <message>
        <source>drawing {0}</source>
        <translation>{0} wird gezeichnet</translation>
    </message>
    <message>
        <source>following the corrections</source>
        <translation>Lernen aus den Korrekturen</translation>
    </message>
    <message>
        <source>graded</source>
        <translation>Graduierung fertig</translation>
    </message>
    <message>
        <source>grading</source>
        <translation>Graduierung</translation>
    </message>
    <message>
        <source>imported</source>
        <translation>importiert</translation>
    </message>
    <message>
        <source>labels of {0}</source>
        <translation>Befunde von {0}</translation>
    </message>
    <message>
        <source>learning corrections</source>
        <translation>Lernen aus Korrekturen</translation>
    </message>
    <message>
        <source>learning from corrected masks</source>
        <translation>Lernen aus korrigierten Masken</translation>
    </message>
    <message>
        <source>lesions</source>
        <translation>Läsionen</translation>
    </message>
    <message>
        <source>lesions of {0}</source>
        <translation>Läsionen in {0}</translation>
    </message>
    <message>
        <source>looking at the regions</source>
        <translation>Regionen werden betrachtet</translation>
    </message>
    <message>
        <source>looking at the reviewed images</source>
        <translation>Befundete Bilder werden betrachtet</translation>
    </message>
    <message>
        <source>looking for {0}</source>
        <translation>Suche nach {0}</translation>
    </message>
    <message>
        <source>masks of {0}</source>
        <translation>Masken von {0}</translation>
    </message>
    <message>
        <source>measuring</source>
        <translation>Messung</translation>
    </message>
    <message>
        <source>measuring on the held-back cases</source>
        <translation>Messung an den zurückgehaltenen Fällen</translation>
    </message>
    <message>
        <source>operating points of {0}</source>
        <translation>Schwellenwerte für {0}</translation>
    </message>
    <message>
        <source>ordering</source>
        <translation>Reihenfolge wird bestimmt</translation>
    </message>
    <message>
        <source>predicted</source>
        <translation>Vorhersage fertig</translation>
    </message>
    <message>
        <source>ranking {0}</source>
        <translation>Rangfolge für {0}</translation>
    </message>
    <message>
        <source>reading cases</source>
        <translation>Fälle werden gelesen</translation>
    </message>
    <message>
        <source>reading corrected masks</source>
        <translation>Korrigierte Masken werden gelesen</translation>
    </message>
    <message>
        <source>reading reviewed images</source>
        <translation>Befundete Bilder werden gelesen</translation>
    </message>
    <message>
        <source>reading what the models say</source>
        <translation>Aussagen der Modelle werden gelesen</translation>
    </message>
    <message>
        <source>reading {0}</source>
        <translation>{0} wird gelesen</translation>
    </message>
    <message>
        <source>reference images of {0}</source>
        <translation>Vergleichsbilder für {0}</translation>
    </message>
    <message>
        <source>similar cases</source>
        <translation>Ähnliche Fälle</translation>
    </message>
    <message>
        <source>similar diseases</source>
        <translation>Ähnliche Krankheiten</translation>
    </message>
    <message>
        <source>similar diseases of {0}</source>
        <translation>Ähnliche Krankheiten zu {0}</translation>
    </message>
    <message>
        <source>vision-language model</source>
        <translation>Bild-Sprach-Modell</translation>
    </message>
    <message>
        <source>{0}, model {1} of {2}</source>
        <translation>{0}, Modell {1} von {2}</translation>
    </message>
    <message>
        <source>{0}, {1} left</source>
        <translation>{0}, noch {1}</translation>
    </message>
</context>
<context>
    <name>RetrainDialog</name>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Cases that the new model decides otherwise</source>
        <translation>Fälle, die das neue Modell anders entscheidet</translation>
    </message>
    <message>
        <source>Counting the reviewed images…</source>
        <translation>Zählt die befundeten Bilder…</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>Unterschied</translation>
    </message>
    <message>
        <source>Discard it</source>
        <translation>Verwerfen</translation>
    </message>
    <message>
        <source>Expected time: {0}, after the last run here.</source>
        <translation>Erwartete Dauer: {0}, nach dem letzten Lauf auf diesem Rechner.</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>How long it takes is known after the first run here.</source>
        <translation>Wie lange es dauert, ist nach dem ersten Lauf auf diesem Rechner bekannt.</translation>
    </message>
    <message>
        <source>Learns from {0} reviewed images of {1} patients. {2} images of {3} patients are held back: a fixed hash of the patient keeps them out of every training, to measure old against new.</source>
        <translation>Lernt von {0} befundeten Bildern von {1} Patienten. {2} Bilder von {3} Patienten sind zurückgehalten: Ein fester Hash des Patienten hält sie aus jedem Training heraus, um Alt gegen Neu zu messen.</translation>
    </message>
    <message>
        <source>Measure</source>
        <translation>Maß</translation>
    </message>
    <message>
        <source>Measured on {0} held-back reviewed images that no training has seen.</source>
        <translation>Gemessen an {0} zurückgehaltenen befundeten Bildern, die kein Training gesehen hat.</translation>
    </message>
    <message>
        <source>New</source>
        <translation>Neu</translation>
    </message>
    <message>
        <source>No reviewed image is held back yet, so nothing was measured. Review more cases first.</source>
        <translation>Noch ist kein befundetes Bild zurückgehalten, daher wurde nichts gemessen. Befunden Sie zuerst mehr Fälle.</translation>
    </message>
    <message>
        <source>Nothing to learn from yet: accept or correct some cases first.</source>
        <translation>Noch nichts zu lernen: Nehmen Sie zuerst einige Fälle an oder korrigieren Sie sie.</translation>
    </message>
    <message>
        <source>Old</source>
        <translation>Alt</translation>
    </message>
    <message>
        <source>Old against new</source>
        <translation>Alt gegen Neu</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>Paused: it stands where it was, and goes on from there.</source>
        <translation>Angehalten: Es bleibt, wo es war, und geht von dort weiter.</translation>
    </message>
    <message>
        <source>Retrain</source>
        <translation>Nachtrainieren</translation>
    </message>
    <message>
        <source>Since the shipped model</source>
        <translation>Seit dem mitgelieferten Modell</translation>
    </message>
    <message>
        <source>Since {0}</source>
        <translation>Seit {0}</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Starten</translation>
    </message>
    <message>
        <source>The files of {0} images are gone.</source>
        <translation>Die Dateien von {0} Bildern fehlen.</translation>
    </message>
    <message>
        <source>The new model decides 1 case otherwise; a click opens it.</source>
        <translation>Das neue Modell entscheidet 1 Fall anders; ein Klick öffnet ihn.</translation>
    </message>
    <message>
        <source>The new model decides {0} cases otherwise; a click opens it.</source>
        <translation>Das neue Modell entscheidet {0} Fälle anders; ein Klick öffnet einen.</translation>
    </message>
    <message>
        <source>Use the new model</source>
        <translation>Neues Modell verwenden</translation>
    </message>
    <message>
        <source>better</source>
        <translation>besser</translation>
    </message>
    <message>
        <source>case {0}</source>
        <translation>Fall {0}</translation>
    </message>
    <message>
        <source>nothing new</source>
        <translation>nichts Neues</translation>
    </message>
    <message>
        <source>reader {0}</source>
        <translation>Befunder {0}</translation>
    </message>
    <message>
        <source>worse</source>
        <translation>schlechter</translation>
    </message>
    <message>
        <source>{0} · about {1} left</source>
        <translation>{0} · noch etwa {1}</translation>
    </message>
    <message>
        <source>{0}: {1} → {2}</source>
        <translation>{0}: {1} → {2}</translation>
    </message>
</context>
<context>
    <name>Retraining</name>
    <message>
        <source>cancelled; nothing was changed</source>
        <translation>abgebrochen; nichts wurde geändert</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>fehlgeschlagen</translation>
    </message>
    <message>
        <source>finished</source>
        <translation>beendet</translation>
    </message>
    <message>
        <source>starting</source>
        <translation>startet</translation>
    </message>
    <message>
        <source>{0:.0f} min</source>
        <translation>{0:.0f} min</translation>
    </message>
    <message>
        <source>{0:.0f} s</source>
        <translation>{0:.0f} s</translation>
    </message>
    <message>
        <source>{0:.1f} h</source>
        <translation>{0:.1f} h</translation>
    </message>
</context>
<context>
    <name>Scope</name>
    <message>
        <source>child</source>
        <translation>Kind</translation>
    </message>
    <message>
        <source>lateral view</source>
        <translation>seitliche Aufnahme</translation>
    </message>
    <message>
        <source>not a chest</source>
        <translation>kein Thorax</translation>
    </message>
</context>
<context>
    <name>Settings</name>
    <message>
        <source>Allow the engine to download published base weights</source>
        <translation>Herunterladen veröffentlichter Basisgewichte erlauben</translation>
    </message>
    <message>
        <source>Brush diameter in image pixels</source>
        <translation>Pinseldurchmesser in Bildpixeln</translation>
    </message>
    <message>
        <source>Colours of the window</source>
        <translation>Farben des Fensters</translation>
    </message>
    <message>
        <source>Language, from the next start on</source>
        <translation>Sprache, ab dem nächsten Start</translation>
    </message>
    <message>
        <source>Memory for decoded images, MB</source>
        <translation>Speicher für dekodierte Bilder, MB</translation>
    </message>
    <message>
        <source>Memory for thumbnails, MB</source>
        <translation>Speicher für Vorschaubilder, MB</translation>
    </message>
    <message>
        <source>Opacity of evidence maps, 0–1</source>
        <translation>Deckkraft der Evidenzkarten, 0–1</translation>
    </message>
    <message>
        <source>Opacity of lesion masks, 0–1</source>
        <translation>Deckkraft der Läsionsmasken, 0–1</translation>
    </message>
    <message>
        <source>Projects opened last, newest first</source>
        <translation>Zuletzt geöffnete Projekte, neueste zuerst</translation>
    </message>
    <message>
        <source>Run the models on images as soon as they are imported</source>
        <translation>Modelle auf Bilder anwenden, sobald sie importiert sind</translation>
    </message>
    <message>
        <source>Show lesion masks when a case opens</source>
        <translation>Läsionsmasken zeigen, wenn ein Fall geöffnet wird</translation>
    </message>
    <message>
        <source>Show region boxes when a case opens</source>
        <translation>Regionsrahmen zeigen, wenn ein Fall geöffnet wird</translation>
    </message>
    <message>
        <source>Size of all texts, 1.0–2.0</source>
        <translation>Größe aller Texte, 1,0–2,0</translation>
    </message>
    <message>
        <source>Smooth magnified pixels instead of showing squares</source>
        <translation>Vergrößerte Pixel glätten, statt Quadrate zu zeigen</translation>
    </message>
    <message>
        <source>The tour was shown</source>
        <translation>Der Rundgang wurde gezeigt</translation>
    </message>
    <message>
        <source>Your name or initials; every correction carries it</source>
        <translation>Ihr Name oder Kürzel; jede Korrektur trägt es</translation>
    </message>
    <message>
        <source>Your own keys: command -&gt; keys, separated by spaces</source>
        <translation>Ihre eigenen Tasten: Befehl -&gt; Tasten, durch Leerzeichen getrennt</translation>
    </message>
    <message>
        <source>dark</source>
        <translation>dunkel</translation>
    </message>
    <message>
        <source>de</source>
        <translation>Deutsch</translation>
    </message>
    <message>
        <source>en</source>
        <translation>English</translation>
    </message>
    <message>
        <source>light</source>
        <translation>hell</translation>
    </message>
    <message>
        <source>system</source>
        <translation>wie das System</translation>
    </message>
</context>
<context>
    <name>SettingsDialog</name>
    <message>
        <source>Kept in {0}</source>
        <translation>Gespeichert in {0}</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
</context>
<context>
    <name>ShowControl</name>
    <message>
        <source>Blind reading: the model is shown when both eyes are graded.</source>
        <translation>Verblindete Befundung: Das Modell wird gezeigt, wenn beide Augen graduiert sind.</translation>
    </message>
    <message>
        <source>Editing masks</source>
        <translation>Masken bearbeiten</translation>
    </message>
    <message>
        <source>Recognised as chest from its pixels.</source>
        <translation>Aus den Pixeln als Thoraxaufnahme erkannt.</translation>
    </message>
    <message>
        <source>Recognised as fundus from its pixels.</source>
        <translation>Aus den Pixeln als Fundusaufnahme erkannt.</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>Befundung</translation>
    </message>
    <message>
        <source>The model&apos;s grade is withheld: see above.</source>
        <translation>Der Grad des Modells wird zurückgehalten: siehe oben.</translation>
    </message>
    <message>
        <source>blind</source>
        <translation>verblindet</translation>
    </message>
    <message>
        <source>double reading</source>
        <translation>Doppelbefundung</translation>
    </message>
    <message>
        <source>version {0}</source>
        <translation>Version {0}</translation>
    </message>
</context>
<context>
    <name>SimilarPanel</name>
    <message>
        <source>Similar diseases</source>
        <translation>Ähnliche Erkrankungen</translation>
    </message>
    <message>
        <source>likely</source>
        <translation>wahrscheinlich</translation>
    </message>
    <message>
        <source>unlikely</source>
        <translation>unwahrscheinlich</translation>
    </message>
    <message>
        <source>{0}: {1} · margin {2:+.2f}</source>
        <translation>{0}: {1} · Abstand {2:+.2f}</translation>
    </message>
</context>
<context>
    <name>States</name>
    <message>
        <source>accepted</source>
        <translation>angenommen</translation>
    </message>
    <message>
        <source>adjudication</source>
        <translation>zu schlichten</translation>
    </message>
    <message>
        <source>corrected</source>
        <translation>korrigiert</translation>
    </message>
    <message>
        <source>in review</source>
        <translation>in Befundung</translation>
    </message>
    <message>
        <source>new</source>
        <translation>neu</translation>
    </message>
    <message>
        <source>predicted</source>
        <translation>vorhergesagt</translation>
    </message>
    <message>
        <source>rejected</source>
        <translation>abgelehnt</translation>
    </message>
    <message>
        <source>ungradable</source>
        <translation>nicht beurteilbar</translation>
    </message>
    <message>
        <source>unsure</source>
        <translation>unsicher</translation>
    </message>
</context>
<context>
    <name>StatusBar</name>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Give up this edit</source>
        <translation>Diese Änderung aufgeben</translation>
    </message>
    <message>
        <source>Nothing to undo</source>
        <translation>Nichts rückgängig zu machen</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Erneut versuchen</translation>
    </message>
    <message>
        <source>Undo {0}</source>
        <translation>{0} rückgängig machen</translation>
    </message>
    <message>
        <source>agreement κ {0:.2f} · {1} eyes</source>
        <translation>Übereinstimmung κ {0:.2f} · {1} Augen</translation>
    </message>
    <message>
        <source>all saved</source>
        <translation>alles gespeichert</translation>
    </message>
    <message>
        <source>not saved</source>
        <translation>nicht gespeichert</translation>
    </message>
    <message>
        <source>reader {0}</source>
        <translation>Befunder {0}</translation>
    </message>
    <message>
        <source>saving…</source>
        <translation>speichert…</translation>
    </message>
    <message>
        <source>undo {0}</source>
        <translation>rückgängig {0}</translation>
    </message>
    <message>
        <source>worker not started</source>
        <translation>Modellprozess nicht gestartet</translation>
    </message>
</context>
<context>
    <name>StudiesPanel</name>
    <message>
        <source>Open the study {0}</source>
        <translation>Untersuchung {0} öffnen</translation>
    </message>
    <message>
        <source>Studies of this patient</source>
        <translation>Untersuchungen dieses Patienten</translation>
    </message>
    <message>
        <source>no date</source>
        <translation>kein Datum</translation>
    </message>
    <message>
        <source>this one</source>
        <translation>diese</translation>
    </message>
</context>
<context>
    <name>SummaryDialog</name>
    <message>
        <source>Grades that you changed</source>
        <translation>Von Ihnen geänderte Grade</translation>
    </message>
    <message>
        <source>Model against you</source>
        <translation>Modell gegen Sie</translation>
    </message>
    <message>
        <source>Model&apos;s grades against yours</source>
        <translation>Grade des Modells gegen Ihre</translation>
    </message>
    <message>
        <source>No case has been decided in this sitting yet.</source>
        <translation>In dieser Sitzung wurde noch kein Fall entschieden.</translation>
    </message>
    <message>
        <source>Session summary</source>
        <translation>Zusammenfassung der Sitzung</translation>
    </message>
    <message>
        <source>model {0}</source>
        <translation>Modell {0}</translation>
    </message>
    <message>
        <source>quadratic κ {0:.2f}</source>
        <translation>quadratisches κ {0:.2f}</translation>
    </message>
    <message>
        <source>you {0}</source>
        <translation>Sie {0}</translation>
    </message>
    <message>
        <source>{0:.0f} cases an hour; {1:.0f} s for the middle one. Breaks are left out.</source>
        <translation>{0:.0f} Fälle pro Stunde; {1:.0f} s für den mittleren. Pausen sind nicht mitgezählt.</translation>
    </message>
    <message>
        <source>{0} cases decided: {1}.</source>
        <translation>{0} Fälle entschieden: {1}.</translation>
    </message>
    <message>
        <source>{0} graded blind</source>
        <translation>{0} verblindet graduiert</translation>
    </message>
    <message>
        <source>{0} graded blind, κ {1:.2f}</source>
        <translation>{0} verblindet graduiert, κ {1:.2f}</translation>
    </message>
    <message>
        <source>{0} grades differ from the model&apos;s; a click opens one.</source>
        <translation>{0} Grade weichen vom Modell ab; ein Klick öffnet einen.</translation>
    </message>
    <message>
        <source>{0} of {1} eyes graded as the model did</source>
        <translation>{0} von {1} Augen wie vom Modell graduiert</translation>
    </message>
    <message>
        <source>{0}: model {1}, you {2}</source>
        <translation>{0}: Modell {1}, Sie {2}</translation>
    </message>
</context>
<context>
    <name>ThresholdControl</name>
    <message>
        <source>Cancelled.</source>
        <translation>Abgebrochen.</translation>
    </message>
    <message>
        <source>Counting the reviewed cases…</source>
        <translation>Zählt die befundeten Fälle…</translation>
    </message>
    <message>
        <source>No model has ranked findings here yet: run the models first.</source>
        <translation>Noch kein Modell hat hier Befunde eingeordnet: Wenden Sie zuerst die Modelle an.</translation>
    </message>
    <message>
        <source>The threshold could not be saved</source>
        <translation>Die Schwelle konnte nicht gespeichert werden</translation>
    </message>
    <message>
        <source>operating points of {0}</source>
        <translation>Arbeitspunkte von {0}</translation>
    </message>
</context>
<context>
    <name>ThresholdsDialog</name>
    <message>
        <source>Balanced (Youden)</source>
        <translation>Ausgewogen (Youden)</translation>
    </message>
    <message>
        <source>Label</source>
        <translation>Befund</translation>
    </message>
    <message>
        <source>No threshold</source>
        <translation>Keine Schwelle</translation>
    </message>
    <message>
        <source>Only held-back patients count: the model learnt from the others.</source>
        <translation>Nur zurückgehaltene Patienten zählen: Von den anderen hat das Modell gelernt.</translation>
    </message>
    <message>
        <source>Predictive value ≥ {0}</source>
        <translation>Prädiktiver Wert ≥ {0}</translation>
    </message>
    <message>
        <source>Sensitivity ≥ {0}</source>
        <translation>Sensitivität ≥ {0}</translation>
    </message>
    <message>
        <source>Specificity ≥ {0}</source>
        <translation>Spezifität ≥ {0}</translation>
    </message>
    <message>
        <source>Threshold {0}: sensitivity {1}, specificity {2}, positive predictive value {3}.</source>
        <translation>Schwelle {0}: Sensitivität {1}, Spezifität {2}, positiver prädiktiver Wert {3}.</translation>
    </message>
    <message>
        <source>Thresholds</source>
        <translation>Schwellen</translation>
    </message>
    <message>
        <source>Too few reviewed cases for a curve: at least {0} with and {1} without it are needed.</source>
        <translation>Zu wenige befundete Fälle für eine Kurve: Mindestens {0} mit und {1} ohne den Befund werden gebraucht.</translation>
    </message>
    <message>
        <source>Use this threshold</source>
        <translation>Diese Schwelle verwenden</translation>
    </message>
    <message>
        <source>{0} {1}: {2} cases with and {3} without it were reviewed.</source>
        <translation>{0} {1}: {2} Fälle mit und {3} ohne den Befund wurden befundet.</translation>
    </message>
</context>
<context>
    <name>Tools</name>
    <message>
        <source>Accept a lesion</source>
        <translation>Läsion annehmen</translation>
    </message>
    <message>
        <source>Angle</source>
        <translation>Winkel</translation>
    </message>
    <message>
        <source>Area</source>
        <translation>Fläche</translation>
    </message>
    <message>
        <source>Brush</source>
        <translation>Pinsel</translation>
    </message>
    <message>
        <source>Eraser</source>
        <translation>Radierer</translation>
    </message>
    <message>
        <source>Lasso</source>
        <translation>Lasso</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>Strecke</translation>
    </message>
    <message>
        <source>Magic wand</source>
        <translation>Zauberstab</translation>
    </message>
    <message>
        <source>Move</source>
        <translation>Verschieben</translation>
    </message>
    <message>
        <source>Polygon</source>
        <translation>Polygon</translation>
    </message>
    <message>
        <source>Window and level</source>
        <translation>Fenster und Zentrum</translation>
    </message>
    <message>
        <source>Zoom</source>
        <translation>Zoomen</translation>
    </message>
    <message>
        <source>Zoom to a region</source>
        <translation>Auf einen Bereich zoomen</translation>
    </message>
</context>
<context>
    <name>TopBar</name>
    <message>
        <source>F1 keys</source>
        <translation>F1 Tasten</translation>
    </message>
    <message>
        <source>Not for clinical use</source>
        <translation>Nicht für den klinischen Einsatz</translation>
    </message>
</context>
<context>
    <name>Tour</name>
    <message>
        <source>Done</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>End the tour</source>
        <translation>Rundgang beenden</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>Tour</source>
        <translation>Rundgang</translation>
    </message>
</context>
<context>
    <name>VersionsDialog</name>
    <message>
        <source>Active</source>
        <translation>Aktiv</translation>
    </message>
    <message>
        <source>Export with its card…</source>
        <translation>Mit Modellkarte exportieren…</translation>
    </message>
    <message>
        <source>Made</source>
        <translation>Erstellt</translation>
    </message>
    <message>
        <source>Make it the active one</source>
        <translation>Aktiv setzen</translation>
    </message>
    <message>
        <source>Model versions</source>
        <translation>Modellversionen</translation>
    </message>
    <message>
        <source>Nothing is ever deleted: rolling back makes an older version active again.</source>
        <translation>Nichts wird je gelöscht: Zurückgehen macht eine ältere Version wieder aktiv.</translation>
    </message>
    <message>
        <source>System</source>
        <translation>System</translation>
    </message>
    <message>
        <source>Trained on</source>
        <translation>Trainiert mit</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>Version</translation>
    </message>
    <message>
        <source>active</source>
        <translation>aktiv</translation>
    </message>
</context>
<context>
    <name>ViewControl</name>
    <message>
        <source>There is no region {0}.</source>
        <translation>Es gibt keine Region {0}.</translation>
    </message>
    <message>
        <source>Window: {0}</source>
        <translation>Fenster: {0}</translation>
    </message>
    <message>
        <source>default</source>
        <translation>Vorgabe</translation>
    </message>
    <message>
        <source>full range</source>
        <translation>voller Bereich</translation>
    </message>
    <message>
        <source>narrow</source>
        <translation>eng</translation>
    </message>
    <message>
        <source>wide</source>
        <translation>weit</translation>
    </message>
</context>
<context>
    <name>Vocabulary</name>
    <message>
        <source>Acute Respiratory Distress Syndrome</source>
        <translation>Akutes Atemnotsyndrom (ARDS)</translation>
    </message>
    <message>
        <source>Age-related macular degeneration</source>
        <translation>Altersbedingte Makuladegeneration</translation>
    </message>
    <message>
        <source>Air Bronchogram</source>
        <translation>Luftbronchogramm</translation>
    </message>
    <message>
        <source>Air Trapping</source>
        <translation>Air-Trapping</translation>
    </message>
    <message>
        <source>Angioid streaks</source>
        <translation>Angioid Streaks</translation>
    </message>
    <message>
        <source>Aortic Calcification</source>
        <translation>Aortenverkalkung</translation>
    </message>
    <message>
        <source>Aortic Dissection</source>
        <translation>Aortendissektion</translation>
    </message>
    <message>
        <source>Asbestosis</source>
        <translation>Asbestose</translation>
    </message>
    <message>
        <source>Aspiration Pneumonia</source>
        <translation>Aspirationspneumonie</translation>
    </message>
    <message>
        <source>Asteroid hyalosis</source>
        <translation>Asteroide Hyalose</translation>
    </message>
    <message>
        <source>Asthma</source>
        <translation>Asthma</translation>
    </message>
    <message>
        <source>Atelectasis</source>
        <translation>Atelektase</translation>
    </message>
    <message>
        <source>Branch retinal vein occlusion</source>
        <translation>Venenastverschluss</translation>
    </message>
    <message>
        <source>Bronchiectasis</source>
        <translation>Bronchiektasen</translation>
    </message>
    <message>
        <source>Bulla</source>
        <translation>Bulla</translation>
    </message>
    <message>
        <source>COVID-19 Pneumonia</source>
        <translation>COVID-19-Pneumonie</translation>
    </message>
    <message>
        <source>Calcification</source>
        <translation>Verkalkung</translation>
    </message>
    <message>
        <source>Calcified Granuloma</source>
        <translation>Verkalktes Granulom</translation>
    </message>
    <message>
        <source>Cardiomegaly</source>
        <translation>Kardiomegalie</translation>
    </message>
    <message>
        <source>Cataract</source>
        <translation>Katarakt</translation>
    </message>
    <message>
        <source>Cavity</source>
        <translation>Kaverne</translation>
    </message>
    <message>
        <source>Central Venous Catheter</source>
        <translation>Zentraler Venenkatheter</translation>
    </message>
    <message>
        <source>Central retinal artery occlusion</source>
        <translation>Zentralarterienverschluss</translation>
    </message>
    <message>
        <source>Central retinal vein occlusion</source>
        <translation>Zentralvenenverschluss</translation>
    </message>
    <message>
        <source>Central serous chorioretinopathy</source>
        <translation>Chorioretinopathia centralis serosa</translation>
    </message>
    <message>
        <source>Chest Tube</source>
        <translation>Thoraxdrainage</translation>
    </message>
    <message>
        <source>Chorioretinitis</source>
        <translation>Chorioretinitis</translation>
    </message>
    <message>
        <source>Choroidal naevus</source>
        <translation>Aderhautnävus</translation>
    </message>
    <message>
        <source>Choroidal neovascularisation</source>
        <translation>Choroidale Neovaskularisation</translation>
    </message>
    <message>
        <source>Chronic Obstructive Pulmonary Disease</source>
        <translation>Chronisch obstruktive Lungenerkrankung</translation>
    </message>
    <message>
        <source>Clavicle Fracture</source>
        <translation>Klavikulafraktur</translation>
    </message>
    <message>
        <source>Congestive Heart Failure</source>
        <translation>Kardiale Stauung</translation>
    </message>
    <message>
        <source>Consolidation</source>
        <translation>Konsolidierung</translation>
    </message>
    <message>
        <source>Costophrenic Angle Blunting</source>
        <translation>Randwinkelverschattung</translation>
    </message>
    <message>
        <source>Cystic Fibrosis</source>
        <translation>Mukoviszidose</translation>
    </message>
    <message>
        <source>Degenerative myopia</source>
        <translation>Degenerative Myopie</translation>
    </message>
    <message>
        <source>Dextrocardia</source>
        <translation>Dextrokardie</translation>
    </message>
    <message>
        <source>Diabetic macular oedema</source>
        <translation>Diabetisches Makulaödem</translation>
    </message>
    <message>
        <source>Diabetic retinopathy</source>
        <translation>Diabetische Retinopathie</translation>
    </message>
    <message>
        <source>Drusen</source>
        <translation>Drusen</translation>
    </message>
    <message>
        <source>Edema</source>
        <translation>Lungenödem</translation>
    </message>
    <message>
        <source>Effusion</source>
        <translation>Pleuraerguss</translation>
    </message>
    <message>
        <source>Elevated Hemidiaphragm</source>
        <translation>Zwerchfellhochstand</translation>
    </message>
    <message>
        <source>Emphysema</source>
        <translation>Emphysem</translation>
    </message>
    <message>
        <source>Endotracheal Tube</source>
        <translation>Endotrachealtubus</translation>
    </message>
    <message>
        <source>Epiretinal membrane</source>
        <translation>Epiretinale Membran</translation>
    </message>
    <message>
        <source>Fibrosis</source>
        <translation>Fibrose</translation>
    </message>
    <message>
        <source>Flattened Diaphragm</source>
        <translation>Abgeflachtes Zwerchfell</translation>
    </message>
    <message>
        <source>Foreign Body</source>
        <translation>Fremdkörper</translation>
    </message>
    <message>
        <source>Glaucoma</source>
        <translation>Glaukom</translation>
    </message>
    <message>
        <source>Ground-Glass Opacity</source>
        <translation>Milchglastrübung</translation>
    </message>
    <message>
        <source>Haemorrhage</source>
        <translation>Blutung</translation>
    </message>
    <message>
        <source>Hard exudate</source>
        <translation>Hartes Exsudat</translation>
    </message>
    <message>
        <source>Hemothorax</source>
        <translation>Hämatothorax</translation>
    </message>
    <message>
        <source>Hernia</source>
        <translation>Hernie</translation>
    </message>
    <message>
        <source>High risk of macular oedema</source>
        <translation>Hohes Risiko eines Makulaödems</translation>
    </message>
    <message>
        <source>Hilar Enlargement</source>
        <translation>Hilusverbreiterung</translation>
    </message>
    <message>
        <source>Hilar Lymphadenopathy</source>
        <translation>Hiläre Lymphadenopathie</translation>
    </message>
    <message>
        <source>Honeycombing</source>
        <translation>Honigwabenmuster</translation>
    </message>
    <message>
        <source>Hydropneumothorax</source>
        <translation>Hydropneumothorax</translation>
    </message>
    <message>
        <source>Hyperinflation</source>
        <translation>Überblähung</translation>
    </message>
    <message>
        <source>Hypertensive retinopathy</source>
        <translation>Hypertensive Retinopathie</translation>
    </message>
    <message>
        <source>Infiltration</source>
        <translation>Infiltrat</translation>
    </message>
    <message>
        <source>Interstitial Lung Disease</source>
        <translation>Interstitielle Lungenerkrankung</translation>
    </message>
    <message>
        <source>Kerley Lines</source>
        <translation>Kerley-Linien</translation>
    </message>
    <message>
        <source>Kyphosis</source>
        <translation>Kyphose</translation>
    </message>
    <message>
        <source>Lung Abscess</source>
        <translation>Lungenabszess</translation>
    </message>
    <message>
        <source>Lung Cancer</source>
        <translation>Lungenkarzinom</translation>
    </message>
    <message>
        <source>Lung Metastases</source>
        <translation>Lungenmetastasen</translation>
    </message>
    <message>
        <source>Macular hole</source>
        <translation>Makulaforamen</translation>
    </message>
    <message>
        <source>Macular telangiectasia</source>
        <translation>Makuläre Teleangiektasien</translation>
    </message>
    <message>
        <source>Mass</source>
        <translation>Raumforderung</translation>
    </message>
    <message>
        <source>Mediastinal Mass</source>
        <translation>Mediastinale Raumforderung</translation>
    </message>
    <message>
        <source>Mediastinal Shift</source>
        <translation>Mediastinalverlagerung</translation>
    </message>
    <message>
        <source>Mediastinal Widening</source>
        <translation>Mediastinalverbreiterung</translation>
    </message>
    <message>
        <source>Microaneurysm</source>
        <translation>Mikroaneurysma</translation>
    </message>
    <message>
        <source>Mild non-proliferative diabetic retinopathy</source>
        <translation>Leichte nichtproliferative diabetische Retinopathie</translation>
    </message>
    <message>
        <source>Miliary Opacities</source>
        <translation>Miliare Verschattungen</translation>
    </message>
    <message>
        <source>Moderate non-proliferative diabetic retinopathy</source>
        <translation>Mäßige nichtproliferative diabetische Retinopathie</translation>
    </message>
    <message>
        <source>Nasogastric Tube</source>
        <translation>Magensonde</translation>
    </message>
    <message>
        <source>Neovascularisation</source>
        <translation>Neovaskularisation</translation>
    </message>
    <message>
        <source>No diabetic retinopathy</source>
        <translation>Keine diabetische Retinopathie</translation>
    </message>
    <message>
        <source>No risk of macular oedema</source>
        <translation>Kein Risiko eines Makulaödems</translation>
    </message>
    <message>
        <source>Nodule</source>
        <translation>Rundherd</translation>
    </message>
    <message>
        <source>Opacity</source>
        <translation>Verschattung</translation>
    </message>
    <message>
        <source>Optic atrophy</source>
        <translation>Optikusatrophie</translation>
    </message>
    <message>
        <source>Pacemaker</source>
        <translation>Herzschrittmacher</translation>
    </message>
    <message>
        <source>Papilloedema</source>
        <translation>Stauungspapille</translation>
    </message>
    <message>
        <source>Peribronchial Cuffing</source>
        <translation>Peribronchiales Cuffing</translation>
    </message>
    <message>
        <source>Pericardial Effusion</source>
        <translation>Perikarderguss</translation>
    </message>
    <message>
        <source>Pleural Plaque</source>
        <translation>Pleuraplaque</translation>
    </message>
    <message>
        <source>Pleural Thickening</source>
        <translation>Pleuraverdickung</translation>
    </message>
    <message>
        <source>Pneumoconiosis</source>
        <translation>Pneumokoniose</translation>
    </message>
    <message>
        <source>Pneumomediastinum</source>
        <translation>Pneumomediastinum</translation>
    </message>
    <message>
        <source>Pneumonia</source>
        <translation>Pneumonie</translation>
    </message>
    <message>
        <source>Pneumoperitoneum</source>
        <translation>Pneumoperitoneum</translation>
    </message>
    <message>
        <source>Pneumothorax</source>
        <translation>Pneumothorax</translation>
    </message>
    <message>
        <source>Proliferative diabetic retinopathy</source>
        <translation>Proliferative diabetische Retinopathie</translation>
    </message>
    <message>
        <source>Pulmonary Embolism</source>
        <translation>Lungenembolie</translation>
    </message>
    <message>
        <source>Pulmonary Hypertension</source>
        <translation>Pulmonale Hypertonie</translation>
    </message>
    <message>
        <source>Pulmonary Vascular Congestion</source>
        <translation>Pulmonalvenöse Stauung</translation>
    </message>
    <message>
        <source>Reticular Pattern</source>
        <translation>Retikuläres Muster</translation>
    </message>
    <message>
        <source>Reticulonodular Pattern</source>
        <translation>Retikulonoduläres Muster</translation>
    </message>
    <message>
        <source>Retinal detachment</source>
        <translation>Netzhautablösung</translation>
    </message>
    <message>
        <source>Retinal vein occlusion</source>
        <translation>Netzhautvenenverschluss</translation>
    </message>
    <message>
        <source>Retinitis pigmentosa</source>
        <translation>Retinitis pigmentosa</translation>
    </message>
    <message>
        <source>Retinopathy of prematurity</source>
        <translation>Frühgeborenenretinopathie</translation>
    </message>
    <message>
        <source>Rib Fracture</source>
        <translation>Rippenfraktur</translation>
    </message>
    <message>
        <source>Risk of macular oedema</source>
        <translation>Risiko eines Makulaödems</translation>
    </message>
    <message>
        <source>Sarcoidosis</source>
        <translation>Sarkoidose</translation>
    </message>
    <message>
        <source>Scoliosis</source>
        <translation>Skoliose</translation>
    </message>
    <message>
        <source>Severe non-proliferative diabetic retinopathy</source>
        <translation>Schwere nichtproliferative diabetische Retinopathie</translation>
    </message>
    <message>
        <source>Soft exudate</source>
        <translation>Weiches Exsudat</translation>
    </message>
    <message>
        <source>Sternotomy Wires</source>
        <translation>Sternalcerclagen</translation>
    </message>
    <message>
        <source>Subcutaneous Emphysema</source>
        <translation>Hautemphysem</translation>
    </message>
    <message>
        <source>Thoracic Aortic Aneurysm</source>
        <translation>Thorakales Aortenaneurysma</translation>
    </message>
    <message>
        <source>Tortuous Aorta</source>
        <translation>Elongierte Aorta</translation>
    </message>
    <message>
        <source>Tracheal Deviation</source>
        <translation>Trachealverlagerung</translation>
    </message>
    <message>
        <source>Tracheostomy Tube</source>
        <translation>Trachealkanüle</translation>
    </message>
    <message>
        <source>Tuberculosis</source>
        <translation>Tuberkulose</translation>
    </message>
    <message>
        <source>Vertebral Compression Fracture</source>
        <translation>Wirbelkörperkompressionsfraktur</translation>
    </message>
    <message>
        <source>Viral Pneumonia</source>
        <translation>Virale Pneumonie</translation>
    </message>
    <message>
        <source>Vitreous haemorrhage</source>
        <translation>Glaskörperblutung</translation>
    </message>
</context>
<context>
    <name>Why</name>
    <message>
        <source>Evidence for {0}: relevance {1:.2f}, {2} of {3}, seen in training</source>
        <translation>Evidenz für {0}: Relevanz {1:.2f}, {2} von {3}, im Training gelernt</translation>
    </message>
    <message>
        <source>Evidence for {0}: relevance {1:.2f}, {2} of {3}, typed by a reader</source>
        <translation>Evidenz für {0}: Relevanz {1:.2f}, {2} von {3}, von einem Befunder eingegeben</translation>
    </message>
    <message>
        <source>Evidence for {0}: relevance {1:.2f}, {2} of {3}, unseen in training</source>
        <translation>Evidenz für {0}: Relevanz {1:.2f}, {2} von {3}, im Training ungelernt</translation>
    </message>
    <message>
        <source>Graded without the fellow eye.</source>
        <translation>Ohne das Partnerauge graduiert.</translation>
    </message>
    <message>
        <source>M-Net alone says {0} ({1:.2f}), the zoomed regions lower {2} to {3:.2f}.</source>
        <translation>M-Net allein sagt {0} ({1:.2f}), die vergrößerten Regionen senken {2} auf {3:.2f}.</translation>
    </message>
    <message>
        <source>M-Net alone says {0} ({1:.2f}), the zoomed regions raise {2} to {3:.2f}.</source>
        <translation>M-Net allein sagt {0} ({1:.2f}), die vergrößerten Regionen heben {2} auf {3:.2f}.</translation>
    </message>
    <message>
        <source>M-Net alone says {0} ({1:.2f}); the zoomed regions change nothing.</source>
        <translation>M-Net allein sagt {0} ({1:.2f}); die vergrößerten Regionen ändern nichts.</translation>
    </message>
    <message>
        <source>No region responded.</source>
        <translation>Keine Region sprach an.</translation>
    </message>
    <message>
        <source>No segmented lesion lies in the regions.</source>
        <translation>In den Regionen liegt keine segmentierte Läsion.</translation>
    </message>
    <message>
        <source>The fellow eye took part.</source>
        <translation>Das Partnerauge wurde einbezogen.</translation>
    </message>
    <message>
        <source>{0} and {1}</source>
        <translation>{0} und {1}</translation>
    </message>
    <message>
        <source>{0} in region {1}</source>
        <translation>{0} in Region {1}</translation>
    </message>
    <message>
        <source>{0} in regions {1}</source>
        <translation>{0} in den Regionen {1}</translation>
    </message>
</context>
<context>
    <name>WorkerStates</name>
    <message>
        <source>worker busy</source>
        <translation>Modellprozess beschäftigt</translation>
    </message>
    <message>
        <source>worker idle</source>
        <translation>Modellprozess bereit</translation>
    </message>
    <message>
        <source>worker not available</source>
        <translation>Modellprozess nicht verfügbar</translation>
    </message>
    <message>
        <source>worker restarting</source>
        <translation>Modellprozess startet neu</translation>
    </message>
    <message>
        <source>worker starting</source>
        <translation>Modellprozess startet</translation>
    </message>
    <message>
        <source>worker stopped</source>
        <translation>Modellprozess beendet</translation>
    </message>
</context>
<context>
    <name>WorklistPanel</name>
    <message>
        <source>Back to the whole list</source>
        <translation>Zurück zur ganzen Liste</translation>
    </message>
    <message>
        <source>Disagree</source>
        <translation>Uneinig</translation>
    </message>
    <message>
        <source>Filters</source>
        <translation>Filter</translation>
    </message>
    <message>
        <source>Filters {0}</source>
        <translation>Filter {0}</translation>
    </message>
    <message>
        <source>No case matches. Clear the search or a filter.</source>
        <translation>Kein Fall passt. Leeren Sie die Suche oder einen Filter.</translation>
    </message>
    <message>
        <source>No cases yet. Drop images here.</source>
        <translation>Noch keine Fälle. Ziehen Sie Bilder hierher.</translation>
    </message>
    <message>
        <source>Referable</source>
        <translation>Überweisung</translation>
    </message>
    <message>
        <source>Search ID, label, reader…</source>
        <translation>ID, Befund, Befunder…</translation>
    </message>
    <message>
        <source>Search the worklist</source>
        <translation>Arbeitsliste durchsuchen</translation>
    </message>
    <message>
        <source>Sort: {0}</source>
        <translation>Sortierung: {0}</translation>
    </message>
    <message>
        <source>Unreviewed</source>
        <translation>Unbefundet</translation>
    </message>
    <message>
        <source>Unreviewed {0}</source>
        <translation>Unbefundet {0}</translation>
    </message>
    <message>
        <source>Unsure</source>
        <translation>Unsicher</translation>
    </message>
    <message>
        <source>Worklist</source>
        <translation>Arbeitsliste</translation>
    </message>
    <message>
        <source>score of</source>
        <translation>Wert von</translation>
    </message>
    <message>
        <source>{0} of {1} decided</source>
        <translation>{0} von {1} entschieden</translation>
    </message>
</context>
<context>
    <name>_LesionLine</name>
    <message>
        <source>Opacity of {0}</source>
        <translation>Deckkraft: {0}</translation>
    </message>
    <message>
        <source>Show {0}</source>
        <translation>{0} zeigen</translation>
    </message>
    <message>
        <source>by the model</source>
        <translation>vom Modell</translation>
    </message>
    <message>
        <source>corrected by a reader</source>
        <translation>von einem Befunder korrigiert</translation>
    </message>
    <message>
        <source>{0}: {1} regions, {2}</source>
        <translation>{0}: {1} Regionen, {2}</translation>
    </message>
</context>
<context>
    <name>_Row</name>
    <message>
        <source>, marked absent</source>
        <translation>, als nicht vorhanden markiert</translation>
    </message>
    <message>
        <source>, marked present</source>
        <translation>, als vorhanden markiert</translation>
    </message>
</context>
</TS>
