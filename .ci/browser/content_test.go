package browser

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// folder writes the content that the journeys read: a small harbour's handbook with every kind of page, made up
// here.
func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range pages() {
		f := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(f), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(f, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// series is how many pages have the word barnacle, more than one page of results.
const series = 23

func pages() map[string]string {
	m := map[string]string{
		"README.md": `# The harbour handbook

How the harbour's machines are kept running. If the depot is full, [see what ran out](playbooks/depot/quota.md#see-what-ran-out).

## Who writes here

The night watch, mostly.

### How to reach them

By lamp.
`,
		"playbooks/depot/quota.md":      quota(),
		"playbooks/depot/restart.md":    restart,
		"playbooks/depot/move.md":       move,
		"playbooks/depot/clean.md":      course,
		"playbooks/depot/start.md":      lampStart,
		"playbooks/depot/trim.md":       lampPages,
		"advisories/noon.md":            lampAdvisory,
		"guides/charts/diagram.md":      "# A course\n\n```mermaid\nflowchart LR\n  A[Harbour] --> B[Sea]\n```\n\n```mermaid\nnot a diagram\n```\n",
		"playbooks/network/wide.md":     wide,
		"playbooks/network/beacon.md":   beacon,
		"guides/README.md":              "---\ntitle: Guides of the harbour\nsummary: Why things are as they are.\n---\n\nStart with [the picture](charts/picture.md).\n",
		"guides/charts/picture.md":      picture,
		"guides/charts/picture.png":     pixels(),
		"guides/charts/deep/tides.md":   "# Tides\n\nTwice a day.\n\n## Springs and neaps\n\nSee [the picture](../picture.md#the-north-buoy) and [the quota](../../../playbooks/depot/quota.md).\n",
		"advisories/2026-001.md":        "---\ntitle: Lamp firmware drops its settings\nsummary: After a power cut the lamp forgets its rhythm.\nid: HB-2026-001\nseverity: high\nstate: open\naffected:\n  - product: Lamp\n    versions: \">=2.1 <2.4\"\nfixed_in: [\"2.4\"]\npublished: 2026-02-03\nupdates:\n  - {date: 2026-02-03, text: Seen in the north.}\n---\n\nThe lamp shines, but steadily.\n\n## What to do\n\nSet the rhythm again:\n\n```sh\nlampctl rhythm --flash 2 --every 10s\n```\n",
		"stories/a-winter.md":           "---\ntitle: A winter with the new lamp\nsummary: Ninety nights, one outage.\nenvironment:\n  Lamps: \"3\"\nuses: [../playbooks/depot/clean.md]\nresults:\n  - {measure: Nights lit, before: \"61\", after: \"89\", measured: the log}\n  - {measure: Outages, before: \"12\", after: \"1\"}\n---\n\nWe measured every night.\n\n## What came out\n\n| Month | Nights lit |\n| :-- | --: |\n| January | 31 |\n| February | 28 |\n",
		"playbooks/network/untitled.md": "Just a line without a heading, and a cat: [beacon](beacon.md).\n",
	}
	for i := 1; i <= series; i++ {
		dir := "guides/log"
		if i%4 == 0 {
			dir = "playbooks/hull"
		}
		m[fmt.Sprintf("%s/entry-%02d.md", dir, i)] = fmt.Sprintf("---\ntitle: Hull log, entry %d\ntags: [hull]\n---\n\nA barnacle was scraped off plate %d.\n\n## Plate %d\n\nNo leak behind the barnacle.\n", i, i, i)
	}
	return m
}

// edquota is what a person would paste.
const edquota = "spoold[811]: write /srv/depot/spool/q17: Disk quota exceeded (EDQUOT)"

// quota is a long page: what is looked for stands far below its top.
func quota() string {
	return `---
title: The depot's quota is used up
summary: Writes to the depot fail with "Disk quota exceeded" although the disk has room.
kind: playbook
owner: Night watch
reviewed: 2026-03-01
review_every: 12 months
applies_to:
  - product: Depot
    versions: "3 or newer"
  - product: Linux
    versions: "6 or newer"
phase: respond
tags: [disk, quota]
alerts: [DepotQuotaExhausted]
errors: ["Disk quota exceeded", EDQUOT]
duration: 15 min
risk: low
escalation: Wake the harbour master.
---

The depot stops taking files. The disk is not full: the *allowance* of one user or project is.

> [!WARNING]
> Do not delete below ` + "`/srv/depot/archive`" + `. It is the only copy.

## Before you start

` + strings.Repeat("Read the tide table, light the lamp, and have the key of the depot at hand. Nothing in this part changes anything.\n\n", 14) + `
## See what ran out

` + "`repquota`" + ` names who is over: look for a ` + "`+`" + ` in its second column, beside the user whose writes fail with EDQUOT.

` + "```console" + `
$ repquota -s /srv/depot
User            used    soft    hard  grace
spool     +-   10240M  10000M  10240M  6days
` + "```" + `

- [x] The user is named.
- [ ] The grace time is known.

## Raise the allowance

Only for a while, with a date in the ticket[^1].

` + "```sh title=\"as root\"" + `
setquota -u spool 12000M 12500M 0 0 /srv/depot
` + "```" + `

### Take it back

The same command with the old numbers.

[^1]: Allowances that nobody remembers are never taken back.

## See also

- [Restart the depot](restart.md#stop-pack-start)
- [Beacon](../network/beacon.md)
- [The manual](https://depot.example/manual)
`
}

// restart holds a transcript: prompts, a command over two lines, and output.
const restart = `---
title: Restart the depot
summary: Stop it, pack its state, start it.
phase: [respond, manage]
applies_to:
  - product: Depot
    versions: "3 or newer"
---

## Stop, pack, start

` + "```console" + `
$ systemctl stop depot
$ tar -czf /root/depot.tgz \
    /srv/depot/state
tar: Removing leading '/' from member names
$ systemctl start depot
Started depot.
` + "```" + `

## One line

` + "```sh" + `
journalctl -u depot --since "-5min" | grep -c "error"
` + "```" + `

## No shell

` + "```yaml" + `
depot:
  port: 7070 # as ever
` + "```" + `
`

// What a person who copies restart's first block wants to have.
const restartCommands = "systemctl stop depot\ntar -czf /root/depot.tgz \\\n    /srv/depot/state\nsystemctl start depot\n"

// wide is what does not fit on a phone.
const wide = `---
title: Cable plan
summary: Which cable ends where.
---

| Cable | From | To | Plug | Measured loss | Remarks of the night watch | Plan |
| --- | --- | --- | --- | ---: | --- | --- |
| C1 | mole-head-switch-01.harbour.example | pilot-station-router-02.harbour.example | ` + "`SN-4711-0815-2342-9999-ABCDEFGHIJKLMNOPQRSTUVWXYZ`" + ` | 0.31 dB | Was repaired twice with [tape](https://vendor.example/a/very/long/address?with=a&long=query) | https://vendor.example/plans/a/very/long/address/without/a/place/to/break/it/0123456789012345678901234567890123456789 |
| C2 | a | b | ` + "`0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef`" + ` | 12.5 dB | Untouched since it was laid | AVeryLongWordWithoutAnyPlaceToBreakItAVeryLongWordWithoutAnyPlaceToBreakItAVery |

## One long command line

` + "```sh" + `
kubectl --context harbour --namespace night-watch get pods --selector app.kubernetes.io/name=lamp,app.kubernetes.io/part-of=beacon --output=jsonpath='{range .items[*]}{.metadata.name}{"\t"}{.status.containerStatuses[*].restartCount}{"\n"}{end}' | sort -k2 -n -r | head -n 20 > /var/tmp/restarts-of-the-lamp-and-of-everything-else-that-belongs-to-the-beacon.txt
` + "```" + `

` + "```text" + `
AVeryLongWordWithoutAnyPlaceToBreakItAVeryLongWordWithoutAnyPlaceToBreakItAVeryLongWordWithoutAnyPlaceToBreakIt
` + "```" + `

Inline: ` + "`/srv/depot/archive/2026/november/night-watch/lamp/logs/of/the/north/buoy/and/the/south/buoy/all.log`" + ` and https://harbour.example/an/address/that/never/ends/0123456789012345678901234567890123456789.
`

const beacon = `---
title: The beacon is dark
summary: No light at the mole head.
phase: [respond, anticipate]
alerts: [BeaconDark]
errors: ["lamp: no carrier"]
tags: [lamp]
---

## Look at the lamp

Is it broken? See [the picture of the north buoy](../../guides/charts/picture.md#the-north-buoy).

## Look at the cable

See the [cable plan](wide.md).
`

const picture = `---
title: The chart in one picture
---

![A small chart: blue water, one red buoy](picture.png)

## The north buoy

Red.

![](picture.png)

Drawn without words: a picture that only adorns has an empty text in its place.
`

// pixels is a picture.
func pixels() string {
	m := image.NewRGBA(image.Rect(0, 0, 64, 40))
	for y := range 40 {
		for x := range 64 {
			c := color.RGBA{40, 90, 160, 255}
			if (x-20)*(x-20)+(y-20)*(y-20) < 64 {
				c = color.RGBA{190, 40, 30, 255}
			}
			m.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err) // an encoder of fixed pixels
	}
	return b.String()
}
