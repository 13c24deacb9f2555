package shell

import "testing"

func TestEffect(t *testing.T) {
	for script, want := range map[string]Effect{
		"df -h /srv":                                Reads,
		"sudo du -xsh /var/* | sort -h | tail":      Reads,
		"kubectl -n shop get pods -o wide":          Reads,
		"oc -n <namespace> describe pod <pod>":      Reads,
		"kubectl delete pod web-1":                  Destroys,
		"kubectl -n shop drain node1":               Destroys,
		"kubectl scale deploy/web --replicas=0":     Destroys,
		"kubectl scale deploy/web --replicas=3":     Changes,
		"kubectl delete pod web-1 --dry-run=client": Reads,
		"kubectl exec -it web-1 -- df -h":           Reads,
		"kubectl exec web-1 -- rm -rf /cache":       Destroys,
		"oc rsh -n x pod-0 ceph status":             Reads,
		"oc adm top nodes":                          Reads,
		"oc adm cordon node1":                       Changes,
		"kubectl rollout status deploy/web":         Reads,
		"kubectl rollout restart deploy/web":        Changes,
		"kubectl config get-contexts":               Reads,
		"rm -rf /var/tmp/x":                         Destroys,
		"sudo -u postgres rm x":                     Destroys,
		"find /tmp -mtime +7 -delete":               Destroys,
		"find /var -xdev -size +100M":               Reads,
		"journalctl -b -p err":                      Reads,
		"journalctl --vacuum-size=200M":             Destroys,
		"systemctl status nginx":                    Reads,
		"systemctl restart nginx":                   Changes,
		"mkfs.ext4 /dev/sdb1":                       Destroys,
		"dd if=/dev/zero of=/dev/sdb":               Destroys,
		"psql -c 'select 1'":                        Reads,
		"psql -c 'DROP TABLE x'":                    Destroys,
		"psql -c \"update t set a=1\"":              Changes,
		"curl -fsS https://x/healthz":               Reads,
		"curl -X DELETE https://x/y":                Destroys,
		"curl -d @x https://x/y":                    Changes,
		"echo x > /etc/motd":                        Changes,
		"ls 2>/dev/null":                            Reads,
		"ssh host df -h":                            Reads,
		"ssh host 'rm -rf /x'":                      Destroys,
		"sh -c 'kubectl delete ns x'":               Destroys,
		"./fix.sh":                                  Changes,
		"fix --version":                             Reads,
		"sed -n 1,5p file":                          Reads,
		"sed -i s/a/b/ file":                        Changes,
		"git push --force":                          Destroys,
		"git log":                                   Reads,
		"esxcli system maintenanceMode get":         Reads,
		"esxcli system maintenanceMode set -e true": Changes,
		"esxcli vm process kill --type=soft -w 1":   Destroys,
		"kill -HUP 1":                               Changes,
		"kill -9 1":                                 Destroys,
		"X=1":                                       Unknown,
		"# a comment":                               Unknown,
		"if true; then rm x; fi":                    Destroys,
		"date -u; timedatectl":                      Reads,
		"xargs -0 rm":                               Destroys,
		"timeout 5 kubectl get pods":                Reads,
		"watch -n 5 kubectl get pods":               Reads,
	} {
		if got := Read(script, nil).Effect; got != want {
			t.Errorf("%s: %q, want %q", script, got, want)
		}
	}
}

func TestKnown(t *testing.T) {
	for src, want := range map[string]bool{
		"oc get pods -n <namespace>":        true,
		"\n  sudo journalctl -u kubelet\n":  true,
		"NAME   READY\nweb-1  1/1":          false,
		"last seen 2 hours ago":             false,
		"kubectl":                           false,
		"oc get (":                          false,
		"error: the server doesn't respond": false,
	} {
		if got := Known(src); got != want {
			t.Errorf("%q: %v", src, got)
		}
	}
}
