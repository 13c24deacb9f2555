package searchtest

import (
	"rutter/content"
	"rutter/search"
)

// page is a page for everyone whose sections have the headings and texts of parts, in turn; the first part is the
// text before the first heading.
func page(path, kind, title string, products []string, parts ...search.Part) search.Document {
	return search.Document{
		Path: path, Kind: kind, Title: title, Products: products, Audience: []string{content.Everyone}, Sections: parts,
		Record: []byte("record of " + path),
	}
}

func lead(text string) search.Part { return search.Part{Text: text} }
func section(id, heading, text string) search.Part {
	return search.Part{ID: id, Heading: heading, Text: text}
}

// pages is the corpus of the suite: every page is there for the questions that only it answers.
func pages() []search.Document {
	linux, vsphere := []string{"linux"}, []string{"vsphere"}
	guest := page("playbooks/guest.md", "playbook", "Guest hangs", vsphere,
		lead("The hypervisor logs vmk_NO_MEMORY and the guest stalls."),
		section("restart-it", "Restart it", "Restart the guest from its host."))
	guest.Names = []string{"VMwareGuestStalled"}
	staff := page("stories/staff.md", "story", "A voyage to Zanzibar", nil, lead("How we sailed, for staff only."))
	staff.Audience = []string{"staff"}
	two := page("stories/two-groups.md", "story", "A voyage to Madagascar", linux, lead("For those who pay and those who are paid."))
	two.Audience = []string{"customer", "staff"}
	return []search.Document{
		page("playbooks/disk-full.md", "playbook", "Disk full", linux,
			lead("A disk is filling up. Take a first look at the mount with df before anything is deleted."),
			section("vacuum-the-journal", "Vacuum the journal", "journalctl --vacuum-size=200M\nThe journal is often the largest of all logs."),
			section("out-of-inodes", "Out of inodes", "df -i shows a mount that has space and no inodes: many small files."),
			section("deleted-and-still-open", "Deleted and still open", "lsof +L1 lists files that are deleted and that a process keeps open.")),
		page("playbooks/crash-looping.md", "playbook", "KubePodCrashLooping", []string{"kubernetes"},
			lead("A pod starts, ends and starts again."),
			section("look", "Look at the last log", "kubectl logs --previous shows why the container ended.")),
		guest, staff, two,
		page("advisories/access.md", "advisory", "Updates end with access denied", []string{"windows"},
			lead("Setup stops with 0x80070005 when the service account may not write.")),
		page("advisories/code.md", "advisory", "Updates end with a wrong checksum", []string{"windows"},
			lead("Setup stops with 0x80096004 when the catalogue is damaged.")),
		page("advisories/kernel.md", "advisory", "Kernel 5.15.0-91 loses routes", linux,
			lead("After the update to 5.15.0-91 static routes vanish. 5.15.0-94 mends it.")),
		page("advisories/kernel-old.md", "advisory", "Kernel 5.4.0-42 panics", linux, lead("Boot 5.4.0-45 or later.")),
		page("advisories/esxi.md", "advisory", "ESXi 7.0 U3 forgets its boot disk", vsphere,
			lead("The hypervisor ESXi 7.0 U3 may lose its boot device. ESXi 7.0 U2 and 8.0 are not affected.")),
		page("advisories/esxi-8.md", "advisory", "ESXi 8.0 needs new firmware", vsphere, lead("ESXi 8.0 GA and 8.0 U1 do.")),
		page("guides/hypervisors.md", "guide", "What hypervisors do", nil, lead("A hypervisor shares one machine. Hypervisors differ.")),
		page("guides/options.md", "guide", "Options to be careful with", nil,
			lead("With --force nobody is asked. With --dry-run nothing is done.")),
		page("guides/force.md", "guide", "Forces at work", nil, lead("A task force is a group of people. The force of habit.")),
		page("guides/paths.md", "guide", "Where logs lie", linux,
			lead("Read /var/log/syslog first, then /var/log/auth.log. Set vm.swappiness=10 in /etc/sysctl.conf.")),
		page("guides/logs.md", "guide", "Log formats", linux, lead("Logs of var iations: a syslog has one line per event.")),
		page("guides/timeouts.md", "guide", "Waiting", nil, lead("A time-out is not an error of the other side.")),
		page("guides/time.md", "guide", "Clocks", nil, lead("Time is kept by chrony. Look out for leap seconds.")),
		page("guides/link.md", "guide", "Network links", linux, lead("ip link shows NO-CARRIER on a node, not on the switch: no carrier means no cable.")),
		page("guides/languages.md", "guide", "Languages we build with", nil, lead("Agents are written in C++, probes in Go, and some of the old ones in C.")),
		page("guides/c.md", "guide", "C", nil, lead("C is spoken here. C needs care.")),
		page("guides/spelling.md", "guide", "Machines", nil, lead("A ratchet is held by its pawl.")),
		page("guides/zh.md", "guide", "服务器", nil, lead("服务器磁盘空间不足时，请先检查日志。")),
		page("guides/zh-network.md", "guide", "网络", nil, lead("网络连接超时时，请检查服务器的路由。")),
		page("guides/ja.md", "guide", "サーバー", nil, lead("サービスを再起動してください。")),
		page("guides/ko.md", "guide", "서버", nil, lead("서비스를 재시작하십시오.")),
		page("guides/de.md", "guide", "Netzausfall", nil, lead("Bei einer Störung zuerst die Prüfliste öffnen.")),
		page("guides/html.md", "guide", "Markup", nil,
			lead(`A hostile tag soup: <script>alert("x")</script> & <mark>soup</mark> 'tag' </mark><b>`)),
		page("guides/voyage.md", "guide", "A voyage for everyone", nil, lead("Nothing secret.")),
		page("guides/control.md", "guide", "Odd characters", nil, lead("Control\x1fcharacters\x1ein\x00a page and \xff no UTF-8, but a hy\u00adphen\u200bation.")),
	}
}
