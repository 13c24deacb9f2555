package shell

import (
	"regexp"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// Effect is what a command does to the world.
type Effect int

// The effects, from the least; Unknown is of what is no command, or does not parse.
const (
	Unknown Effect = iota
	Reads
	Changes
	Destroys
)

// String is the word on the page.
func (e Effect) String() string { return [...]string{"", "Reads", "Changes", "Destroys"}[e] }

// effectOf is the strongest effect of any command in a script.
func effectOf(f *syntax.File) (e Effect) {
	syntax.Walk(f, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.CallExpr:
			if len(n.Args) > 0 {
				var args []string
				for _, a := range n.Args {
					args = append(args, textOf(a))
				}
				e = max(e, command(args))
			}
		case *syntax.Redirect:
			switch n.Op {
			case syntax.RdrOut, syntax.AppOut, syntax.RdrAll, syntax.AppAll, syntax.RdrClob:
				if to := textOf(n.Word); to != "/dev/null" && to != "/dev/stderr" && to != "/dev/stdout" {
					e = max(e, Changes)
				}
			}
		}
		return true
	})
	return e
}

// textOf is the text of a word as far as it stands in the script.
func textOf(w *syntax.Word) string {
	if w == nil {
		return ""
	}
	var b strings.Builder
	for _, p := range w.Parts {
		switch p := p.(type) {
		case *syntax.Lit:
			b.WriteString(p.Value)
		case *syntax.SglQuoted:
			b.WriteString(p.Value)
		case *syntax.DblQuoted:
			for _, x := range p.Parts {
				if l, ok := x.(*syntax.Lit); ok {
					b.WriteString(l.Value)
				}
			}
		}
	}
	return b.String()
}

// wrappers run the command that follows them and their options.
var wrappers = set(`sudo doas env time nohup nice ionice command exec xargs timeout watch stdbuf chroot nsenter unbuffer setsid caffeinate strace`)

// optionValues are options of the wrappers whose value is the next word.
var optionValues = set(`-u -g -U -p -C -k -s -I -P -L -d -t -o`)

// command is the effect of one command with its arguments.
func command(args []string) Effect {
	for len(args) > 0 && wrappers[base(args[0])] {
		rest, name := args[1:], base(args[0])
		for len(rest) > 1 && (strings.HasPrefix(rest[0], "-") || strings.Contains(rest[0], "=") || isDuration(rest[0]) || strings.HasPrefix(rest[0], "/") && name == "chroot") {
			if len(rest) > 2 && (optionValues[rest[0]] || rest[0] == "-n" && name != "sudo") {
				rest = rest[1:]
			}
			rest = rest[1:]
		}
		if args = rest; len(args) == 0 {
			return Reads
		}
	}
	if len(args) == 0 {
		return Unknown
	}
	name, rest := base(args[0]), args[1:]
	if len(rest) == 1 && (rest[0] == "--version" || rest[0] == "--help" || rest[0] == "version" || rest[0] == "help" || rest[0] == "-V") {
		return Reads
	}
	if hasAny(rest, "--dry-run", "--dry-run=client", "--dry-run=server", "--check", "--simulate", "--noop") && name != "fsck" {
		return Reads
	}
	switch name {
	case "ssh", "sh", "bash", "dash", "ksh", "zsh", "su", "eval":
		return script(name, rest)
	case "psql", "mysql", "mariadb", "sqlcmd", "sqlite3", "cockroach", "clickhouse-client", "mongosh", "mongo":
		return statement(strings.Join(rest, " "))
	case "curl", "wget":
		return transfer(rest)
	case "kubectl", "oc", "k":
		return kubectl(rest)
	}
	if e, ok := named(name, rest); ok {
		return e
	}
	return Changes // what nobody here knows may do anything
}

func base(s string) string { return s[strings.LastIndexByte(s, '/')+1:] }

func isDuration(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == strings.TrimLeft(strings.Trim(s, "0123456789."), "") && len(s) < 6 && s[0] >= '0' && s[0] <= '9'
}

func hasAny(args []string, options ...string) bool {
	for _, a := range args {
		for _, o := range options {
			if a == o {
				return true
			}
		}
	}
	return false
}

// script is the effect of a script that another shell is given; a shell that is opened changes nothing by itself.
func script(name string, args []string) Effect {
	e := Reads
	for i, a := range args {
		given := i > 0 && (code[args[i-1]] || strings.HasSuffix(args[i-1], "c") && strings.HasPrefix(args[i-1], "-"))
		if name == "eval" || given || name == "ssh" && strings.Contains(a, " ") {
			if f, err := parse(a); err == nil {
				e = max(e, effectOf(f))
			} else {
				e = max(e, Changes)
			}
		} else if !strings.HasPrefix(a, "-") && name != "ssh" && name != "su" && strings.Contains(a, ".") {
			e = max(e, Changes) // a file of commands
		}
	}
	if name == "ssh" { // ssh host command arguments
		for i, a := range args {
			if i > 0 && !strings.HasPrefix(a, "-") && !strings.Contains(a, " ") && !strings.HasPrefix(args[i-1], "-") {
				return max(e, command(args[i:]))
			}
		}
	}
	return e
}

var (
	destroysData = regexp.MustCompile(`(?i)\b(drop|truncate)\b|\bdelete\s+from\b|\bdropDatabase\b|\.remove\(|\.deleteMany\(|pg_terminate_backend`)
	changesData  = regexp.MustCompile(`(?i)\b(insert|update|alter|create|grant|revoke|set|vacuum|reindex|analyze|call|do|restore|import|backup|cancel|pause|resume|load|copy|refresh)\b|pg_(cancel|reload|switch|promote|drop)`)
)

func statement(s string) Effect {
	switch {
	case destroysData.MatchString(s):
		return Destroys
	case changesData.MatchString(s):
		return Changes
	}
	return Reads
}

func transfer(args []string) Effect {
	for i, a := range args {
		method := strings.TrimPrefix(a, "-X")
		if (a == "-X" || a == "--request") && i+1 < len(args) {
			method = args[i+1]
		}
		switch strings.ToUpper(method) {
		case "DELETE":
			return Destroys
		case "POST", "PUT", "PATCH":
			return Changes
		}
		switch {
		case strings.HasPrefix(a, "--data"), a == "-d", a == "-T", a == "--upload-file", a == "-F", a == "--form", a == "--post-data", a == "-o", a == "-O", a == "--output":
			return Changes
		}
	}
	return Reads
}

// verbs of kubectl and oc.
var (
	kubeReads    = set(`get describe logs log top explain api-resources api-versions version cluster-info events diff whoami status projects can-i wait port-forward completion view get-contexts current-context history auth`)
	kubeDestroys = set(`delete drain`)
)

// valued are options of kubectl that have a value as the next word.
var valued = set(`-n --namespace -c --container -l --selector -f --filename -o --output --context --kubeconfig -s --server --as -k`)

func kubectl(args []string) Effect {
	verb, more := "", []string(nil)
	for i := 0; i < len(args); i++ {
		a := args[i]
		switch {
		case a == "--":
			i = len(args)
		case valued[a]:
			i++
		case strings.HasPrefix(a, "-"):
		case verb == "":
			verb, more = a, args[i+1:]
		}
	}
	forced := hasAny(more, "--force", "--grace-period=0", "--now")
	after := more
	for i, a := range more {
		if a == "--" {
			after = more[i+1:]
			break
		}
	}
	switch {
	case verb == "":
		return Reads
	case kubeDestroys[verb]:
		return Destroys
	case verb == "scale" && (hasAny(more, "--replicas=0") || strings.Contains(strings.Join(more, " "), "--replicas 0")):
		return Destroys
	case verb == "replace" && forced:
		return Destroys
	case kubeReads[verb]:
		return Reads
	case verb == "exec", verb == "rsh", verb == "debug", verb == "run":
		if len(after) == len(more) {
			for verb == "rsh" && len(more) > 0 && strings.HasPrefix(more[0], "-") {
				if valued[more[0]] && len(more) > 1 {
					more = more[1:]
				}
				more = more[1:]
			}
			if verb == "rsh" && len(more) > 1 {
				return max(Reads, command(more[1:]))
			}
			return Changes
		}
		return command(after)
	case verb == "config", verb == "rollout", verb == "adm", verb == "image":
		for _, a := range more {
			if strings.HasPrefix(a, "-") {
				continue
			}
			switch {
			case kubeReads[a] || a == "info" || a == "must-gather" || a == "inspect" || a == "node-logs":
				return Reads
			case kubeDestroys[a] || a == "prune" || a == "undo" && verb == "rollout":
				return Destroys
			}
			return Changes
		}
	}
	return Changes
}

// always are programs that do one thing, whatever their arguments.
var always = map[Effect]map[string]bool{
	Reads: set(`cat ls ll grep egrep fgrep zgrep rg awk gawk head tail less more cut sort uniq wc tr jq yq column df du ps top htop atop free
		uptime vmstat iostat mpstat sar pidstat pidof pgrep lsof fuser ss netstat dig nslookup host getent ping traceroute tracepath mtr arp
		stat file which type whereis echo printf date id whoami who w last lastlog uname hostname lscpu lsblk lspci lsmod lsusb blkid findmnt
		dmesg journalctl tcpdump diff cmp md5sum sha256sum sha1sum strings od xxd hexdump base64 true false test [ pwd cd env printenv export
		man tree readlink realpath basename dirname seq sleep wait history nproc lsns numastat slabtop iotop nethogs numfmt watch pstree
		vmfsfilelockinfo chkconfig openssl ntpq pg_isready pg_controldata pg_lsclusters showmount rpcinfo smartctl ethtool iperf3 nc ncat
		amtool promtool alias source . set shopt unset read local declare for while if esxtop jstack jmap jcmd strace ldd getfacl lsattr zcat ceph-volume getcap`),
	Destroys: set(`rm rmdir shred wipefs mkfs mke2fs mkswap lvremove vgremove pvremove userdel groupdel dropdb dropuser kill killall pkill
		skill truncate unlink blkdiscard fstrim parted sgdisk vmkfstools`),
}

// verbs are, by program, what its first words do: the longest that fits counts. What is not listed changes.
var verbs = map[string]map[Effect]string{
	"systemctl":   {Reads: "status show cat list-units list-timers list-unit-files is-active is-enabled is-failed list-dependencies --failed get-default", Changes: ""},
	"service":     {Reads: "--status-all"},
	"docker":      {Reads: "ps logs inspect images stats top info version events history diff port search", Destroys: "rm rmi kill system volume"},
	"podman":      {Reads: "ps logs inspect images stats top info version events history diff port search", Destroys: "rm rmi kill system volume"},
	"crictl":      {Reads: "ps pods logs inspect inspectp inspecti images stats info version statsp", Destroys: "rm rmp rmi stopp"},
	"git":         {Reads: "status log diff show branch remote blame rev-parse ls-files ls-remote describe fetch", Destroys: "clean"},
	"helm":        {Reads: "list ls status get history show template search version lint", Destroys: "uninstall delete"},
	"terraform":   {Reads: "plan show output validate fmt version state", Destroys: "destroy"},
	"ip":          {Reads: "a addr address link route r neigh rule -s -br -4 -6 -d netns", Destroys: "flush"},
	"esxcli":      {Reads: "list get", Destroys: "kill remove"},
	"vim-cmd":     {Reads: "getallvms get power.getstate license get.config get.summary get.guest", Destroys: "destroy unregister"},
	"etcdctl":     {Reads: "get endpoint member alarm version check", Destroys: "del"},
	"redis-cli":   {Reads: "info get keys ping client slowlog config dbsize memory scan ttl latency monitor --latency --bigkeys", Destroys: "flushall flushdb del shutdown"},
	"aws":         {Reads: "ls describe-instances", Destroys: "rm rb"},
	"zfs":         {Reads: "list get", Destroys: "destroy rollback"},
	"zpool":       {Reads: "status list iostat history", Destroys: "destroy"},
	"ceph":        {Reads: "status -s health df osd pg mon mgr mds fs versions tell", Destroys: ""},
	"chronyc":     {Reads: "tracking sources sourcestats activity ntpdata -n clients"},
	"timedatectl": {Reads: "status show timesync-status show-timesync"},
	"hwclock":     {Reads: "--show -r --verbose"},
	"crontab":     {Reads: "-l", Destroys: "-r"},
	"iptables":    {Reads: "-L -S -nL -vnL -nvL", Destroys: "-F"},
	"nft":         {Reads: "list", Destroys: "flush delete"},
	"mount":       {Reads: ""},
	"swapon":      {Reads: "--show -s"},
	"lvs":         {Reads: "*"}, "vgs": {Reads: "*"}, "pvs": {Reads: "*"}, "lvdisplay": {Reads: "*"}, "vgdisplay": {Reads: "*"}, "pvdisplay": {Reads: "*"},
	"rpm":             {Reads: "-q -qa -qi -ql -V -Va", Destroys: "-e"},
	"dpkg":            {Reads: "-l -L -S -s --list", Destroys: "-r -P --purge"},
	"apt":             {Reads: "list search show policy", Destroys: "remove purge autoremove"},
	"apt-get":         {Reads: "", Destroys: "remove purge autoremove"},
	"apt-cache":       {Reads: "*"},
	"dnf":             {Reads: "list search info history repolist", Destroys: "remove autoremove"},
	"yum":             {Reads: "list search info history repolist", Destroys: "remove autoremove"},
	"find":            {Reads: "*"},
	"sed":             {Reads: "*"},
	"tar":             {Reads: "-t -tf tf -tvf tvf -tzf tzf"},
	"sysctl":          {Reads: "*"},
	"rutter":          {Reads: "*"},
	"coredumpctl":     {Reads: "*"},
	"loginctl":        {Reads: "list-sessions session-status show-session user-status"},
	"resolvectl":      {Reads: "status query statistics dns domain"},
	"nmcli":           {Reads: "device dev connection con general -f -t"},
	"virsh":           {Reads: "list dominfo domstate domblklist dumpxml nodeinfo net-list pool-list", Destroys: "destroy undefine"},
	"pg_ctl":          {Reads: "status"},
	"pg_dump":         {Reads: "*"},
	"pg_basebackup":   {Reads: ""},
	"nvme":            {Reads: "list smart-log", Destroys: "format sanitize"},
	"mdadm":           {Reads: "--detail -D --examine -E", Destroys: "--zero-superblock --stop"},
	"xfs_info":        {Reads: "*"},
	"virtctl":         {Reads: "version", Destroys: ""},
	"fsck":            {Reads: "-n -N"},
	"e2fsck":          {Reads: "-n"},
	"logrotate":       {Reads: "-d --debug"},
	"certbot":         {Reads: "certificates", Destroys: "delete revoke"},
	"update-ca-trust": {Reads: "check"},
	"lvextend":        {}, "dd": {Destroys: "*"}, "fdisk": {Reads: "-l", Destroys: "*"},
}

// named is the effect of a program in the tables.
func named(name string, args []string) (Effect, bool) {
	if i := strings.IndexByte(name, '.'); i > 0 && strings.HasPrefix(name, "mkfs") {
		name = name[:i]
	}
	for e, names := range always {
		if names[name] {
			return sharpened(name, args, e), true
		}
	}
	table, ok := verbs[name]
	if !ok {
		return Unknown, false
	}
	for _, e := range []Effect{Destroys, Reads} {
		for v := range strings.FieldsSeq(table[e]) {
			if v == "*" {
				return sharpened(name, args, e), true
			}
			for _, a := range args {
				if a == v {
					return sharpened(name, args, e), true
				}
			}
		}
	}
	if len(args) == 0 {
		return Reads, true
	}
	return sharpened(name, args, Changes), true
}

// sharpened looks at the options that change what a program does.
func sharpened(name string, args []string, e Effect) Effect {
	line := " " + strings.Join(args, " ") + " "
	has := func(s string) bool { return strings.Contains(line, s) }
	switch name {
	case "sed":
		if has(" -i") || has(" --in-place") {
			return Changes
		}
	case "find":
		if has(" -delete ") || has(" rm ") {
			return Destroys
		}
		if has(" -exec") && !has(" ls ") && !has(" stat ") && !has(" du ") && !has(" grep ") {
			return Changes
		}
	case "sysctl":
		if has(" -w ") || has("=") || has(" -p") || has(" --system") {
			return Changes
		}
	case "date", "hostname":
		if has(" -s ") || has(" --set") || name == "hostname" && len(args) == 1 && !strings.HasPrefix(args[0], "-") {
			return Changes
		}
	case "dmesg":
		if has(" -C ") || has(" --clear ") {
			return Destroys
		}
	case "journalctl":
		if has(" --vacuum") {
			return Destroys
		}
		if has(" --rotate ") || has(" --flush ") {
			return Changes
		}
	case "ip":
		if has(" set ") || has(" add ") || has(" up ") || has(" down ") || has(" replace ") {
			return Changes
		}
		if has(" del ") || has(" delete ") || has(" flush ") {
			return Destroys
		}
	case "openssl":
		if has(" -out ") || has(" -keyout ") {
			return Changes
		}
	case "kill", "pkill", "killall":
		if has(" -0 ") || has(" -l ") {
			return Reads
		}
		if has(" -HUP ") || has(" -USR1 ") || has(" -1 ") || has(" -SIGHUP ") {
			return Changes
		}
	case "git":
		if has(" --force ") || has(" -f ") || has(" --hard ") || has(" -D ") {
			return Destroys
		}
	case "docker", "podman":
		if e == Destroys && (has(" system ") || has(" volume ")) && !has(" prune") && !has(" rm ") {
			return Reads
		}
	case "ceph":
		if has(" purge ") || has(" rm ") || has(" destroy ") || has(" delete ") {
			return Destroys
		}
		if has(" set ") || has(" unset ") || has(" out ") || has(" in ") || has(" repair ") || has(" reweight") {
			return Changes
		}
	case "tee":
		return Changes
	case "vmkfstools":
		if !has(" -U ") && !has(" --deletevirtualdisk ") && !has(" -C ") {
			return Changes
		}
	case "esxcli":
		if has(" set ") || has(" add ") {
			return Changes
		}
	case "parted", "sgdisk":
		if has(" print ") || has(" -l ") || has(" -p ") {
			return Reads
		}
	case "mount":
		if len(args) > 0 && !has(" -l ") {
			return Changes
		}
	}
	return e
}

// Known tells whether a text that nobody labelled reads like commands: it parses, and begins with a program that is known
// here and is no word of prose.
func Known(src string) bool {
	src = strings.TrimLeft(src, " \t\n")
	line, _, _ := strings.Cut(src, "\n")
	words := strings.Fields(strings.TrimPrefix(line, "sudo "))
	if len(words) < 2 || len(src) > maxScript {
		return false
	}
	name := base(words[0])
	_, table := verbs[name]
	switch name {
	case "kubectl", "oc", "psql", "curl", "ssh", "mysql":
		table = true
	case "find", "service", "mount", "dd", "host", "last", "top", "date", "watch", "which", "set", "test", "kill", "while", "for", "if", "true", "wait", "type", "file", "id", "history", "source", "export", "read", "local", "who", "stat", "cut", "sort", "free", "[", ".":
		return false // words too, or output
	}
	if !table && !always[Reads][name] && !always[Destroys][name] {
		return false
	}
	_, err := parse(blank(src, holesIn(src, nil)))
	return err == nil
}
