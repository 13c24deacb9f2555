package shell

import (
	"maps"
	"slices"
	"strings"
)

// program says what a program does by its words and options. A phrase is some first words and any options, separated by
// blanks; phrases are separated by commas, and * stands for anything. The strongest phrase that fits counts, unless another
// one says the same and more: "osd pool ls" is said instead of "osd pool".
type program struct {
	reads, changes, destroys string
	other                    Effect // without a phrase that fits; Unknown for Changes, or Reads where no words are given
	dry                      string // options with which it changes nothing
	options                  string // options that have the next word as their value
	whole                    bool   // options of one dash are words, as find -delete is
	bundle                   bool   // its first word is one of options, dash or not
	prose                    bool   // its name is a word of prose or of output too

	phrases       []phrase // reads, changes and destroys
	verbs         bool     // one of them has a word
	valued, tries map[string]bool
}

// phrase is words and options that say what a program does.
type phrase struct {
	tokens []string
	effect Effect
	verb   bool // it has a word, not options alone
}

// prepared is a program whose phrases have been taken apart.
func (p program) prepared() program {
	p.valued, p.tries = set(p.options), set(p.dry)
	for e, list := range map[Effect]string{Reads: p.reads, Changes: p.changes, Destroys: p.destroys} {
		for _, s := range phrases(list) {
			if s != "" {
				f := phrase{tokens: strings.Fields(s), effect: e}
				f.verb = slices.ContainsFunc(f.tokens, func(t string) bool { return t[0] != '-' })
				p.verbs = p.verbs || f.verb
				p.phrases = append(p.phrases, f)
			}
		}
	}
	return p
}

// fits tells whether the first words are the phrase's, and its options are among the options.
func (f phrase) fits(words, options []string) bool {
	at := 0
	for _, t := range f.tokens {
		if strings.HasPrefix(t, "-") {
			if !slices.ContainsFunc(options, func(o string) bool { return like(t, o) }) {
				return false
			}
			continue
		}
		if at >= len(words) || !like(strings.ToLower(t), strings.ToLower(words[at])) {
			return false
		}
		at++
	}
	return true
}

// coveredBy tells whether another phrase says the same and more.
func (f phrase) coveredBy(g phrase) bool {
	if slices.Equal(f.tokens, g.tokens) || len(g.tokens) < len(f.tokens) {
		return false
	}
	for _, t := range f.tokens {
		if t != "*" && !slices.ContainsFunc(g.tokens, func(u string) bool { return like(t, u) }) {
			return false
		}
	}
	return true
}

// like tells whether a word is as a pattern says, in which * stands for anything.
func like(pattern, word string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == word
	}
	first, last := parts[0], parts[len(parts)-1]
	if len(word) < len(first)+len(last) || !strings.HasPrefix(word, first) || !strings.HasSuffix(word, last) {
		return false
	}
	word = word[len(first) : len(word)-len(last)]
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(word, part)
		if i < 0 {
			return false
		}
		word = word[i+len(part):]
	}
	return true
}

// phrases are what stands between commas.
func phrases(s string) []string {
	out := strings.Split(s, ",")
	for i := range out {
		out[i] = strings.Join(strings.Fields(out[i]), " ")
	}
	return out
}

const kubeOptions = `-n --namespace -c --container -l --selector -f --filename -o --output --context --kubeconfig -s --server --as -k -v --v
	--request-timeout --field-selector --sort-by --replicas --grace-period --timeout -p --patch --type --cluster --user --token --since --tail -L`

var kubePhrases = program{
	options: kubeOptions,
	reads: `get, describe, logs, log, top, explain, api-resources, api-versions, version, cluster-info, events, diff, whoami, status, projects, project,
		wait, port-forward, proxy, completion, kustomize, process, exec, rsh, debug, attach, login, auth, config view, config get-*, config current-context,
		rollout status, rollout history, adm top, adm must-gather, adm inspect, adm node-logs, adm release info, adm upgrade, auth can-i, auth whoami, image info,
		get-token, must-gather, options, plugin list`,
	changes: `auth reconcile, adm upgrade --to*, cp`,
	destroys: `delete, delete-*, drain, adm drain, scale --replicas=0, replace --force, replace --grace-period=0, replace --now, apply --prune, config delete-*, adm prune,
		patch -p=*finalizers*, patch --patch=*finalizers*, taint * *:NoExecute*, taint * * *:NoExecute*, rollout undo, config unset`,
	dry: "--dry-run --dry-run=client --dry-run=server",
}

var boxPhrases = program{
	options: boxWrapper.options,
	reads: `ps, pods, logs, inspect, inspectp, inspecti, images, stats, statsp, top, info, version, events, history, diff, port, search, exec, system df, system info,
		image ls, container ls, volume ls, network ls, context ls, node ls, service ls, stack ls, secret ls, config ls, plugin ls, compose ls, pod ls, buildx ls, manifest ls, machine ls,
		image list, container list, volume list, network list, image inspect, container inspect, volume inspect, network inspect, context inspect, node inspect, service inspect, stack inspect, secret inspect, config inspect, manifest inspect, pod inspect,
		compose ps, compose logs, compose config, pod ps, context show, t ls, c ls, i ls`,
	destroys: `rm, rmi, rmp, kill, stopp, system prune, system reset, * prune, * rm, * remove, * delete, compose down, compose rm, compose kill, pod kill, t kill`,
}

var (
	lister   = program{other: Reads}
	packages = program{
		options:  "-c -o -t --enablerepo --disablerepo",
		reads:    "list, search, info, history, history list, history info, repolist, show, policy, provides, check-update, whatprovides, repoquery, depends, rdepends",
		changes:  "history undo, history rollback, history redo",
		destroys: "remove, erase, purge, autoremove, autopurge",
		dry:      "--dry-run --simulate -s --assumeno",
	}
)

// programs are what is known of each by its name.
var programs = allPrograms()

// described are the programs whose words and options matter.
var described = map[string]program{
	"kubectl": kubePhrases, "oc": kubePhrases, "k": kubePhrases,
	"docker": boxPhrases, "podman": boxPhrases, "nerdctl": boxPhrases, "crictl": boxPhrases, "docker-compose": boxPhrases, "ctr": boxPhrases,
	"apt": packages, "apt-get": packages, "dnf": packages, "yum": packages, "microdnf": packages, "zypper": packages,

	"systemctl": {
		options: "-n -t -p -s -o -H -M --type --state --property --lines",
		reads:   "status, show, cat, list-*, is-*, --failed, get-default, help, --version, list-dependencies, -l", destroys: "kill",
	},
	"service":    {reads: "* status, --status-all", prose: true},
	"rc-service": {reads: "* status, -l"},
	"chkconfig":  {reads: "--list", changes: "* *", other: Reads},
	"git": {
		options: "-C -c --git-dir --work-tree -m -n -b --author",
		reads:   "status, log, diff, show, branch, branch -a, branch -r, branch -v, branch --show-current, branch --contains*, remote, remote show, remote get-url, blame, rev-parse, ls-files, ls-remote, describe, shortlog, reflog, grep, tag, tag -l, stash list, stash show, cat-file, config --get, config -l, config --list, fetch --dry-run",
		changes: "branch *, tag *, remote *, fetch, fetch --prune",
		destroys: `clean, reset --hard, checkout -- *, checkout -f, checkout --force, restore, stash drop, stash clear, filter-branch, filter-repo, branch -d, branch -D, branch --delete, tag -d,
			push -f, push --force*, push --delete, push -d, push --mirror, push --prune, push * +*, push * :*, reflog expire, gc --prune*, worktree remove --force`,
		dry: "--dry-run",
	},
	"helm": {
		options: "-n --namespace -f --values --set --version --kube-context --timeout",
		reads:   "list, ls, status, get, history, show, template, search, version, lint, diff, env, repo list, dependency list, upgrade --dry-run*, install --dry-run*", destroys: "uninstall, delete, del, un",
	},
	"terraform": {
		whole: true, reads: "plan, show, output, validate, fmt, version, state list, state show, state pull, graph, providers, workspace list, workspace show, console, plan -destroy, plan --destroy",
		destroys: "destroy, apply -destroy, apply --destroy, state rm, workspace delete",
	},
	"ip": {
		options: "-n -f", whole: true,
		reads:    "a, addr, address, link, l, r, route, n, neigh, rule, netns, maddr, tunnel, * show, * list, * ls, * s, * sh, * get, a s, -s, -br, -d, -4, -6, * monitor, monitor, -details, netns identify, netns pids",
		changes:  "* *",
		destroys: "* del, * delete, * flush, * d, * f",
	},
	"bridge":   {reads: "link, fdb, vlan, mdb, * show, * list", destroys: "* del, * flush", prose: true},
	"tc":       {reads: "* show, * ls, * list", destroys: "* del, * delete"},
	"route":    {reads: "-n, -e, --numeric", destroys: "del", prose: true, other: Changes},
	"ifconfig": {changes: "* *", other: Reads},
	"esxcli": {
		whole: true, reads: "* get, * list, * * get, * * list, * * * get, * * * list, * * * * get, * * * * list, * * * * * list, * * * * * get, storage * * stats get",
		destroys: "* * kill, * kill, * * * kill, * * remove, * * * remove, * * * * remove, * vib remove, storage vmfs unmap, * delete, * * delete",
	},
	"vim-cmd":    {reads: "*/get*, */power.getstate, */*info, */get.*, */*get*, */summary, help", destroys: "*/destroy*, */unregister, */snapshot.remove*, */power.*reset"},
	"vmkfstools": {options: "-C -c -d -i -X -x", reads: "-P, -D, -q, -h, -g, --queryfs", destroys: "-U, --deletevirtualdisk, -C, --createfs, -X"},
	"etcdctl": {
		options:  "--endpoints --cacert --cert --key -w --write-out --user --prefix-end",
		reads:    "get, endpoint, member list, alarm list, version, check, watch, snapshot status, user list, role list, auth status, lease list",
		destroys: "del, member remove, compact, compaction, user delete, role delete, lease revoke",
	},
	"etcdutl":   {reads: "snapshot status, version"},
	"redis-cli": redis, "valkey-cli": redis,
	"aws": {
		options:  "--region --profile --output --query --filters --endpoint-url --instance-ids --cli-input-json",
		reads:    "* describe-*, * get-*, * list-*, * head-*, * lookup-*, * wait, s3 ls, logs tail, logs filter-log-events, * batch-get-*, * scan, * query, configure list",
		destroys: "* delete-*, * terminate-*, * batch-delete-*, * deregister-*, * purge-*, s3 rm, s3 rb, s3 sync --delete, * stop-db-*, * remove-*, s3 mv, * schedule-key-deletion",
		dry:      "--dry-run --dryrun",
	},
	"gcloud": {options: "--project --zone --region --format --filter", reads: "* list, * * list, * * * list, * describe, * * describe, * * * describe, info, version, config get, config get-value, logging read, * * get-*", destroys: "* delete, * * delete, * * * delete, * * * remove*, * * remove*"},
	"az":     {options: "-g -n -o --resource-group --name --output --query --subscription", reads: "* list, * * list, * * * list, * show, * * show, * * * show, * * get-*, version", destroys: "* delete, * * delete, * * * delete, * purge, * * purge, * * remove, * deallocate"},
	"gsutil": {options: "-o", reads: "ls, cat, du, stat, version", destroys: "rm, rb, rsync -d, rsync -r -d"},
	"mc":     {reads: "ls, stat, cat, head, du, tree, find, diff, admin info, version", destroys: "rm, rb, mirror --remove, admin * remove", prose: true},
	"rclone": {reads: "ls, lsl, lsd, lsf, lsjson, size, check, cat, version, about", destroys: "purge, delete, deletefile, sync, move, moveto, rmdir, rmdirs, cleanup", dry: "-n --dry-run"},
	"rsync":  {changes: "", destroys: "--delete*, --remove-source-files", dry: "-n --dry-run", options: "-e -f --rsh --exclude --include --bwlimit", other: Changes},
	"zfs":    {reads: "list, get, diff, holds", destroys: "destroy, rollback", dry: "-n"},
	"zpool":  {reads: "status, list, iostat, history, get, events", destroys: "destroy, labelclear, remove, detach", dry: "-n"},
	"ceph": {
		options: "-n -c -k --cluster --name --keyring -f --format",
		reads: `status, -s, health, health detail, df, osd tree, osd df, osd stat, osd status, osd perf, osd dump, osd pool ls, osd pool get, osd pool stats, osd pool autoscale-status, osd find, osd metadata, osd crush tree, osd crush dump,
			osd crush rule ls, osd crush rule dump, osd ls, osd safe-to-destroy, osd ok-to-stop, osd blocked-by, osd lspools, osd getmap, osd map, osd utilization, osd versions, osd numa-status, osd erasure-code-profile ls, osd get-require*,
			pg stat, pg dump, pg ls, pg ls-*, pg dump_stuck, pg query, pg * query, pg map, pg debug, mon stat, mon dump, mon metadata, mgr dump, mgr services, mgr module ls, mgr stat, mgr metadata, mds stat, mds metadata, mds dump, fs ls, fs status, fs dump, fs get, fs subvolume ls,
			versions, quorum_status, mon_status, orch ls, orch ps, orch status, orch host ls, orch device ls, orch upgrade status, config get, config dump, config show, config log, config ls, config-key ls, config-key get, config-key dump,
			log last, crash ls, crash info, crash stat, auth ls, auth list, auth get, auth get-key, daemon * ops, daemon * perf, daemon * config, daemon * status, daemon * help, daemon * dump*, daemon * session, daemon * mon_status, features, time-sync-status, balancer status, progress, device ls, fsid, -v, -w,
			tell * dump*, tell * perf, tell * version, tell * status, tell * help, tell * bench, tell * heap stats, tell * ops, tell * session ls, tell * client ls, tell * config show, tell * config get, tell * config diff, tell * query, tell * list*`,
		changes: `health mute, health unmute`,
		destroys: `osd purge*, osd rm, osd destroy, osd lost, osd crush remove, osd crush rm, osd crush unlink, osd pool delete, osd pool rm, mon remove, mon rm, auth del, auth rm, fs rm, fs volume rm, fs subvolume rm, fs remove*, mds rm*, mgr module rm, config-key rm, config-key del, orch rm, orch daemon rm, orch host rm,
			orch osd rm, orch device zap, crash rm, crash prune, osd crush rule rm, tell * client evict*, tell * session evict*, osd erasure-code-profile rm, pg * mark_unfound_lost*, osd force-create-pg, * * delete, * * rm`,
	},
	"ceph-volume":   {reads: "lvm list, inventory, raw list", destroys: "lvm zap, simple zap"},
	"rados":         {options: "-p --pool -n", reads: "df, lspools, ls, stat, get, listxattr, bench, list-inconsistent-*", destroys: "purge, rm, rmpool, rmxattr, cleanup"},
	"rbd":           {options: "-p --pool -n", reads: "ls, list, info, status, du, showmapped, snap ls, snap list, diff, lock ls, children, mirror pool status, mirror image status, trash ls, perf image iostat", destroys: "rm, remove, snap rm, snap purge, snap remove, snap rollback, trash rm, trash purge, lock rm, lock remove, flatten"},
	"radosgw-admin": {reads: "* list, * stats, * info, * status, * check, * show, * ls, metadata get, metadata list, sync status, zone get, zonegroup get, period get", destroys: "* rm, * remove, * delete, * purge, gc process, * trim"},
	"chronyc":       {reads: "tracking, sources, sourcestats, activity, ntpdata, clients, -n *, serverstats, authdata, selectdata, ntpdata *, waitsync"},
	"timedatectl":   {reads: "status, show, timesync-status, show-timesync, list-timezones"},
	"hostnamectl":   {reads: "status"},
	"localectl":     {reads: "status, list-*"},
	"hwclock":       {reads: "--show, -r, --verbose"},
	"crontab":       {options: "-u", reads: "-l", destroys: "-r"},
	"iptables":      iptables, "ip6tables": iptables,
	"iptables-save": lister, "ip6tables-save": lister,
	"nft":          {options: "-f", reads: "list, monitor", destroys: "flush, delete, destroy, reset"},
	"ipset":        {reads: "list, -L, save, test", destroys: "destroy, flush, del, -X, -F, -D"},
	"firewall-cmd": {reads: "--list-*, --state, --get-*, --query-*, --info-*"},
	"ufw":          {reads: "status, show, version, app list", destroys: "reset, delete, --force reset"},
	"conntrack":    {options: "-s -d -p", reads: "-L, -S, -C, -E, -G, --dump, --stats", destroys: "-D, -F, --delete, --flush"},
	"mount":        {reads: "-l", prose: true},
	"swapon":       {reads: "--show, -s"},
	"lvs":          lister, "vgs": lister, "pvs": lister, "lvdisplay": lister, "vgdisplay": lister, "pvdisplay": lister, "lvscan": lister, "vgscan": lister, "pvscan": lister,
	"lvextend": {}, "lvreduce": {other: Destroys}, "vgreduce": {other: Destroys}, "lvresize": {destroys: "-L, --size*"},
	"rpm":       {options: "--queryformat --qf", reads: "-q, --query, -V, --verify, -qa", destroys: "-e, --erase, --nodeps"},
	"dpkg":      {reads: "-l, -L, -S, -s, --list, --listfiles, --status, --search, --audit, --get-selections, --print-architecture", destroys: "-r, -P, --purge, --remove"},
	"apt-cache": lister, "apt-mark": {reads: "show*"},
	"snap": {reads: "list, info, find, changes, services, version, connections", destroys: "remove", prose: true},
	"pip":  {reads: "list, show, freeze, check, index", destroys: "uninstall", prose: true}, "pip3": {reads: "list, show, freeze, check", destroys: "uninstall"},
	"npm":    {reads: "ls, list, view, outdated, audit, version", destroys: "uninstall, prune"},
	"find":   {whole: true, changes: "-fprint*, -fls", destroys: "-delete", other: Reads, prose: true},
	"tar":    {bundle: true, options: "-f -C --file --directory", reads: "-t, --list", changes: "-x, -c, -r, -u, --extract, --create", destroys: "--delete, --remove-files"},
	"sysctl": {options: "-w -p --write --load", reads: "-a, -n", changes: "-w*, --write*, -p*, --load*, --system, *=*", other: Reads},
	"rutter": {reads: "check, coverage, owners, audit, search, schema, template, completion, version, rollback, help, --help, -h", changes: "serve, new, mv, export, check --fix, rollback *", other: Reads, dry: "--dry-run"}, "coredumpctl": lister, "loginctl": {reads: "list-*, session-status, show-*, user-status, seat-status", destroys: "kill-*, terminate-*"},
	"resolvectl": {reads: "status, query, statistics, dns, domain, show-*"},
	"nmcli": {
		options:  "-f -g -m --fields --get-values",
		reads:    "device, dev, d, connection, con, c, general, g, radio, networking, device show, device status, dev show, dev status, con show, connection show, c show, d show, general status, g status, networking connectivity, device wifi, monitor",
		changes:  "device *, dev *, d *, connection *, con *, c *, general *, g *, networking *, radio *",
		destroys: "con delete, connection delete, c delete, con del, connection del, device delete, dev delete",
	},
	"virsh": {
		options:  "-c --connect",
		reads:    "list, dominfo, domstate, domblk*, domif*, domstats, dumpxml, nodeinfo, net-list, net-info, net-dumpxml, net-dhcp-leases, pool-list, pool-info, vol-list, vol-info, snapshot-list, snapshot-info, capabilities, version, vcpuinfo, dommemstat, qemu-agent-command * *guest-get-*, domjobinfo, domtime, uri, hostname",
		destroys: "destroy, undefine, vol-delete, vol-wipe, snapshot-delete, snapshot-revert, net-destroy, net-undefine, pool-destroy, pool-delete, pool-undefine, reset, managedsave-remove, detach-*",
	},
	"virtctl": {options: "-n --namespace", reads: "version, guestosinfo, fslist, userlist, console, vnc, ssh", changes: "stop, restart, start, pause, unpause, migrate"},
	"pg_ctl":  {options: "-D", reads: "status"},
	"pg_dump": lister, "pg_dumpall": lister, "mysqldump": lister, "pg_basebackup": {other: Changes},
	"pg_resetwal":   {other: Destroys, dry: "-n --dry-run"},
	"pg_lsclusters": lister,
	"mysqladmin":    {options: "-u -h -P -S --user --host", reads: "status, processlist, extended-status, variables, ping, version", destroys: "drop, kill, shutdown"},
	"nvme":          {reads: "list, list-*, smart-log, id-ctrl, id-ns, error-log, get-*, fw-log, show-regs", destroys: "format, sanitize, delete-ns, write*, reset"},
	"mdadm":         {reads: "--detail, -D, --examine, -E, --query, -Q", destroys: "--zero-superblock, --stop, -S, --remove, -r, --fail, -f, --create, -C"},
	"xfs_info":      lister, "xfs_repair": {reads: "-n", destroys: "-L"}, "tune2fs": {reads: "-l"}, "dumpe2fs": lister, "resize2fs": {},
	"fsck": {reads: "-n, -N"}, "e2fsck": {reads: "-n"},
	"cryptsetup": {reads: "status, luksDump, isLuks", destroys: "luksFormat, erase, luksErase, luksKillSlot, luksRemoveKey, reencrypt"},
	"hdparm":     {reads: "-I, -i, -t, -T, -tT, -g", destroys: "--security-*, --trim*, --write-*"},
	"dd":         {reads: "if=* of=/dev/null, if=* of=/dev/null *, if=* of=/dev/null * *", other: Destroys, prose: true},
	"fdisk":      {reads: "-l", other: Destroys}, "sfdisk": {reads: "-l, -d, --dump, --json", other: Destroys}, "parted": {reads: "print, * print, -l, -s * print", other: Destroys}, "sgdisk": {reads: "-p, -i, -v", other: Destroys},
	"fstrim":          {other: Changes, dry: "-n --dry-run"},
	"multipath":       {reads: "-l, -ll, -t, -T", destroys: "-F, -f"},
	"logrotate":       {reads: "-d, --debug"},
	"certbot":         {reads: "certificates", destroys: "delete, revoke", dry: "--dry-run"},
	"update-ca-trust": {reads: "check"},
	"kill":            signals, "pkill": signals, "killall": signals, "skill": signals,
	"fuser":      {options: "-n -s", destroys: "-k, --kill", other: Reads},
	"ss":         {destroys: "-K, --kill", other: Reads},
	"arp":        {destroys: "-d, --delete", changes: "-s, -f", other: Reads},
	"history":    {destroys: "-c, -d", other: Reads, prose: true},
	"date":       {options: "-d --date", changes: "-s*, --set*", other: Reads, prose: true},
	"hostname":   {changes: "*", reads: "-*", other: Reads, prose: true},
	"dmesg":      {destroys: "-C, -c, --clear, --read-clear", other: Reads},
	"journalctl": {destroys: "--vacuum-*", changes: "--rotate, --flush", other: Reads},
	"openssl":    {whole: true, options: "-out -keyout", changes: "-out*, -keyout*", other: Reads},
	"tee":        {changes: "*", reads: "/dev/null, /dev/stderr", destroys: "/dev/sd*, /dev/vd*, /dev/nvme*", other: Reads},
	"mv":         {destroys: "* /dev/null", prose: true},
	"yq":         {changes: "-i, --inplace", other: Reads}, "jq": lister,
	"ethtool":      {changes: "-s, -K, -G, -A, -C, -L, -X, -r, -p, -E, -f, --change, --features, --set-*, --reset", other: Reads},
	"smartctl":     {options: "-t -s -d -l", changes: "-t*, -s*, -o*, -S*, --test*, --set*, -X", other: Reads},
	"tcpdump":      {options: "-i -c -w -r -s", changes: "-w*", other: Reads},
	"amtool":       {reads: "alert, alert query, silence query, config show, config routes, check-config, cluster show, silence", changes: "silence add, silence expire, alert add", other: Reads},
	"sort":         {options: "-k -t -S", changes: "-o*, --output*", other: Reads, prose: true},
	"truncate":     {other: Destroys},
	"nodetool":     {options: "-h -p -u", reads: "status, info, ring, tpstats, cfstats, tablestats, netstats, compactionstats, describecluster, gossipinfo, version, get*, proxyhistograms, tablehistograms, list*, failuredetector, statusgossip, statusbinary", destroys: "decommission, clearsnapshot, removenode, assassinate"},
	"rabbitmqctl":  {options: "-n -p", reads: "list_*, status, cluster_status, environment, report, node_health_check, ping, eval_file", destroys: "reset, force_reset, purge_queue, delete_*, forget_cluster_node, clear_*"},
	"kafka-topics": kafka, "kafka-consumer-groups": kafka, "kafka-configs": kafka, "kafka-acls": kafka, "kafka-reassign-partitions": kafka, "kafka-delete-records": {other: Destroys},
	"vault":    {reads: "status, read, list, kv get, kv list, * list, token lookup, operator raft list-peers, version", destroys: "delete, kv delete, kv destroy, kv metadata delete, * disable, lease revoke, token revoke, operator raft remove-peer, operator seal"},
	"consul":   {reads: "members, info, monitor, kv get, operator raft list-peers, catalog, version, snapshot inspect", destroys: "kv delete, leave, force-leave, operator raft remove-peer", prose: true},
	"nomad":    {reads: "status, * status, node status, server members, alloc logs, version, plan", destroys: "* purge, stop -purge, job stop, system gc", prose: true},
	"velero":   {reads: "* get, get, * describe, * logs, version", destroys: "* delete"},
	"argocd":   {reads: "* list, * get, * diff, * history, * logs, version", destroys: "* delete, * delete-resource, * rollback"},
	"flux":     {reads: "get, logs, tree, events, check, stats, version, diff", destroys: "delete, uninstall", prose: true},
	"istioctl": {reads: "analyze, proxy-status, proxy-config, pc, ps, version, validate", destroys: "uninstall, x uninstall"},
	"pcs":      {reads: "status, * status, * config, * show, * list, config, quorum *", destroys: "* delete, * destroy, * remove, stonith fence, resource cleanup"},
	"crm_mon":  lister, "crm_resource": {destroys: "--delete, -D, --cleanup, -C", other: Changes}, "corosync-cfgtool": {reads: "-s"}, "corosync-quorumtool": lister,
	"influx":      {options: "-n -o", reads: "* list, ping, query, version", destroys: "* delete, delete"},
	"longhornctl": {}, "thanos": {reads: "tools bucket ls, tools bucket inspect, tools bucket verify, query", destroys: "tools bucket cleanup, tools bucket retention, tools bucket mark"},
	"logcli": lister, "promtool": lister, "cmctl": {reads: "status, check, version, inspect"},
	"nginx": {reads: "-t, -T, -v, -V", other: Changes, prose: true}, "apachectl": {reads: "configtest, -t, -S, -M, status, fullstatus"}, "apache2ctl": {reads: "configtest, -t, -S, -M, status"}, "httpd": {reads: "-t, -S, -M, -v", other: Changes},
	"sshd": {reads: "-t, -T", other: Changes}, "haproxy": {options: "-f", reads: "-c, -v, -vv", other: Changes, prose: true}, "named-checkconf": lister, "named-checkzone": lister,
	"visudo": {reads: "-c"}, "postconf": {reads: "-n, -d", changes: "-e, -X, -#", other: Reads},
	"mailq": lister, "postqueue": {reads: "-p, -j"}, "postsuper": {destroys: "-d"}, "postcat": lister,
	"getenforce": lister, "sestatus": lister, "getsebool": lister, "ausearch": lister, "aureport": lister, "auditctl": {reads: "-l, -s", destroys: "-D"}, "aa-status": lister,
	"ipmitool": {options: "-I -H -U -P -L -f", reads: "sel list, sel elist, sel info, sdr, sensor, sensor list, fru, fru print, chassis status, chassis power status, power status, mc info, lan print, * list, user list, dcmi power reading", destroys: "sel clear, chassis power off, power off, mc reset"},
	"chage":    {reads: "-l"}, "passwd": {reads: "-S", destroys: "-d, -l, --delete"},
	"perf": {reads: "top, stat, list, report, script", prose: true}, "bpftrace": {}, "strace": lister,
	"ovs-vsctl": {reads: "show, list, get, list-br, list-ports, find", destroys: "del-*, --if-exists del-*, clear, destroy, emer-reset"}, "ovs-ofctl": {reads: "show, dump-*", destroys: "del-*"}, "ovs-appctl": {reads: "* *status*, * */show, */show, */list, *status*, */dump*, coverage/show"}, "ovn-nbctl": {reads: "show, list, lr-route-list, ls-list, get, find", destroys: "*-del, destroy, clear"}, "ovn-sbctl": {reads: "show, list, lflow-list, get, find", destroys: "*-del, destroy"},
	"curl":     curl,
	"wget":     {options: "-O -o -T -t --output-document --method --header --post-data --timeout --tries", reads: "-O=-, -O=/dev/null, --spider, --output-document=-", changes: "--post-*, --body-*, --method=POST, --method=PUT, --method=PATCH", destroys: "--method=DELETE", other: Changes},
	"http":     {reads: "GET *", destroys: "DELETE *", prose: true},
	"ulimit":   {reads: "-a, -n, -u, -S, -H, -l, -c, -s", changes: "*", other: Reads},
	"odf":      {reads: "get, * ls", destroys: "* delete, * purge, purge-*"},
	"longhorn": {},
	"argo":     {reads: "list, get, logs", destroys: "delete, terminate, stop"}, "tkn": {reads: "* list, * describe, * logs", destroys: "* delete"},
	"eksctl": {reads: "get, utils describe-*", destroys: "delete"}, "kubeadm": {reads: "version, config view, config print, token list, certs check-expiration, upgrade plan", destroys: "reset, token delete"},
	"kubens": lister, "kubectx": lister, "stern": lister, "hubble": {reads: "observe, status, list"}, "cilium": {reads: "status, version, config view, * list, * get, monitor, connectivity *"}, "calicoctl": {reads: "get, node status, version", destroys: "delete"},
	"ipvsadm": {reads: "-L, -l, -Ln, -ln", destroys: "-C, -D"}, "exportfs": {reads: "-v, -s", destroys: "-u"}, "gluster": {reads: "* status, * info, * list, peer status, pool list", destroys: "volume delete, volume stop, peer detach, snapshot delete, volume remove-brick"},
	"drbdadm": {reads: "status, dstate, cstate, role, dump", destroys: "invalidate*, wipe-md, create-md, -- --discard-my-data connect"}, "drbdsetup": {reads: "status, show, events2"},
	"losetup": {reads: "-a, -l, --list, --all"}, "dmsetup": {reads: "ls, info, status, table, deps", destroys: "remove*, wipe_table, clear"},
	"cockroach": {options: "--host --url --certs-dir -e -d --execute", reads: "sql, node status, node ls, version, debug zip"},
	"su":        {other: Reads, prose: true},
	"shutdown":  power, "reboot": power, "poweroff": power, "halt": power,
	"ansible-playbook": {other: Changes, options: "-i -l -t -e -u", dry: "--check -C --syntax-check --list-tasks --list-hosts"},
}

var (
	redis = program{
		options:  "-h -p -a -n -u --user --pass -i",
		reads:    "info, get, mget, hget, hgetall, lrange, keys, ping, client, client list, client info, client getname, slowlog, slowlog get, slowlog len, config get, dbsize, memory *, scan, ttl, pttl, type, exists, latency *, monitor, cluster info, cluster nodes, cluster slots, role, time, lastsave, strlen, llen, scard, zcard, object *, debug object, acl list, acl whoami, sentinel masters, sentinel master, sentinel get-*, --latency*, --bigkeys, --memkeys, --hotkeys, --stat, --scan, xinfo *, command",
		changes:  "config *, client *, slowlog *, memory purge, memory doctor, latency reset",
		destroys: "flushall, flushdb, del, unlink, shutdown, expire, getdel, xtrim, ltrim, hdel, srem, zrem, lrem, spop, script flush, function flush, function delete, cluster reset, cluster forget, cluster flushslots, debug segfault, acl deluser",
	}
	power    = program{other: Changes}
	iptables = program{other: Changes, options: "-t -A -I -D -s -d -p -j -i -o --table", reads: "-L, -S, --list*, --list-rules", destroys: "-F, -X, -Z, -D=*, --flush, --delete*"}
	kafka    = program{options: "--topic --group --bootstrap-server --zookeeper", whole: true, reads: "--list, --describe, --version", changes: "--create, --alter, --add, --execute, --add*", destroys: "--delete, --reset-offsets --execute, --delete-offsets, --remove"}
	signals  = program{options: "-s -n --signal", whole: true, reads: "-0, -l, -L, -s=0, --list", changes: signalPhrases, other: Destroys}
	curl     = program{
		options:  "-X -d -o -H -u -T -F -w -m -b -c -A -e -x -K -D -E -y -Y -z --request --data --data-raw --data-binary --data-urlencode --output --header --user --max-time --connect-timeout --retry --resolve --cacert --cert --key --write-out --form --upload-file --json --proxy --url",
		reads:    "-G --data*, -G -d=*, --get --data*, -X=GET -d=*, -X=GET --data*, --request=GET -d=*, -o=/dev/null, -o=-, --output=/dev/null, -X=HEAD, --head",
		changes:  "-X=POST, -X=PUT, -X=PATCH, --request=POST, --request=PUT, --request=PATCH, -d=*, --data*, -T=*, --upload-file*, -F=*, --form*, --json*, -o=*, -O, --output=*, --remote-name*, -X=post, -X=put",
		destroys: "-X=DELETE, --request=DELETE, -X=delete", other: Reads,
	}
)

const signalPhrases = `-HUP, -SIGHUP, -1, -3, -QUIT, -SIGQUIT, -USR1, -USR2, -SIGUSR1, -SIGUSR2, -10, -12, -WINCH, -SIGWINCH, -CONT, -SIGCONT, -18, -s=HUP, -s=QUIT, -s=USR1, -s=USR2, -s=SIGHUP, -s=SIGUSR1,
	-s=SIGUSR2, -s=CONT, -s=WINCH, --signal=HUP, --signal=QUIT, --signal=USR1, --signal=USR2, --signal=SIGHUP`

func allPrograms() map[string]program {
	out := maps.Clone(described)
	for e, names := range map[Effect]string{Reads: readers, Destroys: destroyers} {
		for name := range set(names) {
			out[name] = program{other: e}
		}
	}
	proses := set(prose)
	for name, p := range out {
		p.prose = p.prose || proses[name]
		out[name] = p.prepared()
	}
	return out
}

// readers only read, and destroyers only destroy, whatever their arguments.
const (
	readers = `cat ls ll grep egrep fgrep zgrep rg head tail less more cut uniq wc tr column df du ps top htop atop free
		uptime vmstat iostat mpstat sar pidstat pidof pgrep lsof netstat dig nslookup host getent ping traceroute tracepath mtr
		stat file which type whereis echo printf id whoami who w last lastlog uname lscpu lsblk lspci lsmod lsusb lsscsi blkid findmnt
		diff cmp md5sum sha256sum sha1sum strings od xxd hexdump base64 true false test [ : pwd cd printenv export getopts exit return break continue shift
		man tree readlink realpath basename dirname seq sleep wait nproc lsns numastat slabtop iotop nethogs numfmt pstree paste comm join nl fold rev tac
		vmfsfilelockinfo ntpq pg_isready pg_controldata showmount rpcinfo iperf3 nc ncat dmidecode sensors lshw hostid locale jobs tty
		alias set shopt unset read local declare typeset readonly mapfile readarray trap esxtop jstack jmap jcmd ldd getfacl lsattr zcat xzcat zless getcap
		envsubst yes expr ping6 whois telnet jls systemd-analyze systemd-cgls systemd-cgtop`
	destroyers = `rm rmdir shred wipefs mkfs mke2fs mkswap lvremove vgremove pvremove userdel groupdel deluser delgroup dropdb dropuser unlink blkdiscard`
	// prose are names that a text which nobody labelled may begin with.
	prose = `find service mount dd host last top date watch which set test kill while for if true wait type file id history source export read
		local who stat cut sort free [ . : exit return shift break continue jobs tty yes join fold rev sensors man tree more less strings
		sleep paste column ulimit w halt shutdown reboot command time script trap declare mv make su nice exec perf longhorn git-shell alias locale`
)
