package search

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// The language of queries. It is small, because most of what people type is not written in any:
//
//	"no space left"      pages that have these words as they stand come first; where nothing else is asked,
//	                     only they answer
//	-windows             no page that has this word. Only with three letters or more, where no other word begins
//	                     with a hyphen, and where the query does not begin with a command: options are not meant
//	kind:playbook        only such pages; so with product, version, phase and tag. Only where a page has the value,
//	                     in any letter case; a value with spaces stands in quotes, product:"Docker Engine"
//
// Everything else is plain text. guides/rutter/search says the same to readers.

// token is a run of a query between spaces, or in quotes.
type token struct {
	text   string // without quotes
	quoted bool
	key    string // of key:value, "" for none
	from   int    // offsets in the query
	to     int
}

// read takes what has a meaning out of q.Typed and leaves the rest in q.Text.
func (q *Query) read(known func(facet string) []string) {
	tokens := tokenise(q.Typed)
	var kept []token
	for _, t := range tokens {
		if t.key == "" {
			kept = append(kept, t)
			continue
		}
		if v, ok := knownValue(known, t.key, t.text); ok {
			q.Filter(t.key, v)
		} else {
			kept = append(kept, token{text: q.Typed[t.from:t.to], from: t.from, to: t.to})
			if t.text != "" && slices.Contains(FacetNames[:], t.key) {
				q.Notices = append(q.Notices, "No page has the "+t.key+" “"+shorten(t.text)+"”, so it was searched as text.")
			}
		}
	}
	var said []string
	for _, t := range kept {
		said = append(said, q.Typed[t.from:t.to])
	}
	q.Said = strings.Join(said, " ")
	if word, i := without(kept); i >= 0 && (len(kept) > 1 || len(q.Filters) > 0) {
		q.Without = append(q.Without, word)
		kept = slices.Delete(kept, i, i+1)
	}
	var words []string
	for _, t := range kept {
		if t.quoted {
			if t.text != "" {
				q.Phrases = append(q.Phrases, t.text)
			}
		}
		words = append(words, t.text)
	}
	q.Text = strings.TrimSpace(strings.Join(words, " "))
	q.Exact = len(kept) == 1 && kept[0].quoted && q.Text != ""
}

// tokenise cuts a query at its spaces. Quotes count where they stand at both ends of a token, or of a value.
func tokenise(s string) []token {
	var out []token
	for i := 0; i < len(s); {
		if s[i] == ' ' {
			i++
			continue
		}
		t := token{from: i}
		if k, ok := keyAt(s[i:]); ok {
			t.key = k
			i += len(k) + 1
		}
		if end := quoteEnd(s[i:]); end > 0 {
			t.text, t.quoted = strings.TrimSpace(s[i+1:i+end]), true
			i += end + 1
		} else {
			n := strings.IndexByte(s[i:], ' ')
			if n < 0 {
				n = len(s) - i
			}
			t.text = s[i : i+n]
			i += n
		}
		t.to = i
		out = append(out, t)
	}
	return out
}

// keyAt returns the name of a facet that s begins with, followed by a colon.
func keyAt(s string) (string, bool) {
	for _, k := range FacetNames {
		if len(s) > len(k) && s[len(k)] == ':' && strings.EqualFold(s[:len(k)], k) {
			return k, true
		}
	}
	return "", false
}

// quoteEnd returns where the quote that s begins with ends, 0 where none does.
func quoteEnd(s string) int {
	if s == "" || s[0] != '"' {
		return 0
	}
	for i := 1; i < len(s); i++ {
		if s[i] == '"' && (i+1 == len(s) || s[i+1] == ' ') {
			if strings.TrimSpace(s[1:i]) == "" || strings.IndexByte(s[1:i], '"') >= 0 {
				return 0
			}
			return i
		}
	}
	return 0
}

// knownValue finds the value of a facet that is meant, whatever its letter case and, for versions, a leading v.
func knownValue(known func(string) []string, key, text string) (string, bool) {
	if known == nil || text == "" {
		return "", false
	}
	bare := func(s string) string {
		if key == "version" {
			s = strings.TrimPrefix(strings.ToLower(s), "v")
		}
		return s
	}
	for _, v := range known(key) {
		if strings.EqualFold(bare(v), bare(text)) {
			return v, true
		}
	}
	return "", false
}

// without finds the one word that is excluded. A word that begins with a hyphen is more likely an option.
func without(ts []token) (word string, at int) {
	at = -1
	for i, t := range ts {
		if t.quoted || !strings.HasPrefix(t.text, "-") {
			continue
		}
		if at >= 0 {
			return "", -1
		}
		word, at = t.text[1:], i
	}
	if at < 0 || ledByCommand(ts) || len([]rune(word)) < 3 ||
		strings.IndexFunc(word, func(r rune) bool { return !unicode.IsLetter(r) }) >= 0 {
		return "", -1
	}
	return word, at
}

// cmdlet is how PowerShell names its commands.
var cmdlet = regexp.MustCompile(`^[A-Z][a-z]+-[A-Z][A-Za-z]+$`)

// ledByCommand tells whether a query begins with a command, after a prompt perhaps, whatever the folder it lies in.
func ledByCommand(ts []token) bool {
	for _, t := range ts {
		switch t.text {
		case "$", "#", "%", ">", "PS>":
			continue
		}
		name := t.text[strings.LastIndexAny(t.text, `/\`)+1:]
		return commands[strings.ToLower(strings.TrimSuffix(name, ".exe"))] || cmdlet.MatchString(name) || name != t.text && name != ""
	}
	return false
}

// commands are programs whose options are not excluded words.
var commands = setOf(`oc kubectl kubeadm helm docker podman crictl nerdctl git systemctl journalctl service grep egrep
	awk sed find ls cat tail head less df du lsof ps top kill pkill ssh scp rsync curl wget dig nslookup ping traceroute
	ip ss netstat tcpdump iptables nft openssl chronyc ntpq timedatectl hwclock mount umount fsck mkfs lvextend lvs vgs
	pvs xfs_growfs resize2fs dmesg sysctl ulimit psql pg_dump pg_restore pg_basebackup pg_ctl mysql mysqldump redis-cli
	mongo mongosh etcdctl consul vault terraform ansible ansible-playbook aws az gcloud esxcli vim-cmd esxcfg-nics
	vmkfstools cockroach molt java python python3 pip npm node go make sudo su chmod chown tar unzip dd rm mv cp mkdir
	apt apt-get dpkg yum dnf rpm zypper apk sh bash zsh powershell cmd net sc wmic virsh virt-install qemu-img nmcli ethtool
	lsblk blkid lscpu lspci lsmod modprobe free uptime vmstat iostat sar mpstat strace nc nmap mtr arp route ifconfig host
	promtool amtool alertmanager prometheus istioctl argocd flux kustomize skopeo buildah ctr runc ceph rados rbd zfs zpool
	mdadm smartctl sqlcmd sqlplus rman redis-server kafka-topics nginx apachectl haproxy keytool jstack jmap perl ruby cargo
	xargs sort uniq cut tr wc diff find rg jq yq watch screen tmux crontab at useradd usermod passwd id chage loginctl
	hostnamectl localectl resolvectl networkctl firewall-cmd ufw semanage setenforce restorecon update-ca-trust certutil
	robocopy dism sfc bcdedit netsh ipconfig tasklist taskkill icacls diskpart wevtutil esxtop partedutil vdq govc`)

func setOf(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

func shorten(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:39]) + "…"
	}
	return s
}
