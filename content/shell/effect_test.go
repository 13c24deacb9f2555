package shell

import (
	"strings"
	"testing"
)

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

// commandsByEffect are commands by what they do; \n is a line break.
var commandsByEffect = map[Effect]string{
	Reads: `
		amtool alert query
		ansible-playbook x.yml --check
		apachectl configtest
		apt-mark showhold
		argocd app list
		aws ec2 describe-volumes
		aws eks list-clusters
		aws logs tail x
		aws s3api get-bucket-policy --bucket x
		aws sts get-caller-identity
		az vm list
		bash
		bridge link
		ceph config get mon x
		ceph log last
		ceph orch ls
		ceph orch ps
		ceph quorum_status
		chage -l x
		chroot /host df -h
		command -v foo
		conntrack -L
		consul members
		crm_mon -1
		curl -G --data-urlencode 'query=up' http://p/api/v1/query
		curl -X GET https://es/_search -d '{}'
		curl -s -o /dev/null -w '%{http_code}' https://x
		curl https://x | python3 -m json.tool
		dd if=/dev/sda of=/dev/null bs=1M count=100
		dmidecode -t memory
		dnf check-update
		dnf provides x
		docker compose ps
		docker container ls
		docker exec x ls
		docker image ls
		docker network ls
		docker system df
		docker volume ls
		echo > /dev/tcp/host/80
		esxcli network ip interface ipv4 get
		esxcli storage core device list
		etcdctl endpoint health
		etcdctl snapshot status x
		fdisk -l
		find / -name rm
		find /x -exec cat {} +
		find /x -exec wc -l {} +
		firewall-cmd --list-all
		foo --version
		foo describe-things x
		foo list
		foo version
		fstrim -n /
		gcloud compute instances list
		getenforce
		haproxy -c -f x
		helm diff upgrade x y
		ifconfig
		ifconfig eth0
		ip6tables -L
		ipmitool sel list
		ipset list
		iptables -nvL --line-numbers
		iptables -t nat -L -n -v
		iptables-save
		journalctl -u x --since today
		kafka-consumer-groups.sh --describe --group x
		kafka-topics.sh --bootstrap-server x --list
		kill -l
		kubectl --request-timeout 5s get pods
		kubectl -v 6 get pods
		kubectl exec -it web-1 -- bash
		kubectl get pods -w
		kubectl get pods > /dev/null
		kubectl kustomize .
		kubectl proxy
		logcli query x
		lsscsi
		mailq
		multipath -ll
		mysqladmin processlist
		mysqladmin status
		mysqldump x
		nginx -T
		nginx -t
		nmcli con show
		nodetool status
		nomad status
		nsenter --target 1 --net ss -tnp
		nsenter -t 1 -m -- ls
		nsenter -t 1 -n ss -tnp
		oc adm release info
		oc adm upgrade
		oc debug node/x
		oc debug node/x -- chroot /host journalctl -u kubelet
		oc login https://x
		oc process -f x
		oc project shop
		openssl x509 -noout -text -in f
		pcs status
		perf top
		pg_dumpall
		postqueue -p
		promtool query instant http://x up
		psql --set ON_ERROR_STOP=1 -c 'select 1'
		psql -U backup -c 'select 1'
		rabbitmqctl cluster_status
		rabbitmqctl list_queues
		rabbitmqctl status
		rados df
		rbd ls
		redis-cli -h x PING
		redis-cli INFO
		route -n
		rpm -qf /x
		rpm -qi x
		rsync --dry-run -a --delete a b
		rsync -n -a a b
		service nginx status
		sestatus
		ssh -i key -p 22 host 'df -h'
		ssh -o StrictHostKeyChecking=no host df -h
		ssh -p 22 host df -h
		ssh h
		sshd -t
		strace -f -p 123
		strace -p 123
		sudo fdisk -l /dev/sda
		systemctl --failed
		systemctl -l --no-pager status nginx
		systemctl is-system-running
		systemctl list-jobs
		systemctl list-sockets
		tar -tzvf f.tgz
		tar ztvf f.tgz
		tc -s qdisc show
		terraform state list
		thanos tools bucket ls
		timeout 5 bash -c '</dev/tcp/host/80'
		timeout 5 bash -c 'cat < /dev/null > /dev/tcp/host/80'
		ufw status
		ulimit -n
		vault status
		velero get backups
		vim-cmd vmsvc/getallvms
		vim-cmd vmsvc/power.getstate 5
		virsh list --all
		vmkfstools -P /vmfs/volumes/ds1
		watch 'kubectl get pods'
		watch -n 5 'df -h'
		watch -n1 "kubectl get pods -n x | grep y"
		wget -q -O - http://x
		which kubectl
	`,
	Changes: `
		. ./fix.sh
		: > /var/log/x.log
		> /var/log/x.log
		amtool silence add alertname=x
		amtool silence expire x
		ansible all -m service -a "name=x state=restarted"
		at now <<< "df -h"
		bash -c "$X"
		bash /opt/app/run
		bash <(curl -s https://x)
		cat /dev/null > /var/log/x.log
		ceph fs fail x
		ceph health mute X
		ceph mds fail 0
		ceph mgr fail x
		ceph mgr module enable dashboard
		ceph osd down 3
		ceph osd pool create x 32
		ceph osd unset noout
		ceph pg deep-scrub 1.0
		ceph tell osd.* injectargs --x 1
		chkconfig nginx off
		clickhouse-client -q 'OPTIMIZE TABLE x FINAL'
		clickhouse-client -q 'SYSTEM STOP MERGES'
		cockroach node decommission 4
		cockroach node drain 4
		curl --json '{}' https://x
		curl -d'{"a":1}' https://x
		curl -fsSL https://x/install.sh | sudo bash
		curl -fsSLo f https://x/f
		curl -kX PUT https://x/y
		curl -sSLO https://x/f
		curl -sX POST https://x/y
		curl -sd '{}' https://x
		dnf history undo 5
		docker restart ls
		docker restart top
		docker stop x
		echo x > /etc/motd
		echo x | crontab -
		echo x | python3
		esxcli software vib install -v x
		esxcli system shutdown reboot -r x
		etcdctl alarm disarm
		etcdctl defrag
		etcdctl member add x --peer-urls=y
		etcdctl snapshot restore x
		ethtool -K eth0 gro off
		ethtool -r eth0
		ethtool -s eth0 speed 1000
		eval "$(ssh-agent)"
		foo -c status apply
		foo list-but-not
		fstrim -av
		gawk -i inplace '{print}' f
		git branch new
		git fetch --prune
		git remote remove origin
		helm rollback x 1
		helm upgrade --install status ./c
		helm upgrade x ./c --check
		ifconfig eth0 down
		ip addr add 10.0.0.1/24 dev eth0
		ip link set eth0 down
		ip netns exec x ip link set eth0 up
		ip route append x
		ip route change default via 1.1.1.1
		ipmitool chassis power cycle
		kill -3 1
		kill -QUIT 1
		kill -SIGUSR1 1
		kill -s HUP 1
		kubectl apply -f x --check
		kubectl auth reconcile -f x
		kubectl run x --image=y
		longhornctl x
		mongosh --eval 'db.shutdownServer()'
		mongosh --eval 'rs.reconfig(x)'
		mongosh --eval 'rs.stepDown()'
		mysql -e 'CHANGE MASTER TO x'
		mysql -e 'FLUSH TABLES WITH READ LOCK'
		mysql -e 'OPTIMIZE TABLE x'
		mysql -e 'RENAME TABLE a TO b'
		mysql -e 'REPLACE INTO x VALUES (1)'
		mysql -e 'START REPLICA'
		mysql -e 'STOP SLAVE'
		mysql db < dump.sql
		nmcli con down x
		nmcli con modify x y z
		nmcli connection reload
		nmcli device disconnect eth0
		openssl req -new -out f
		psql -c 'CHECKPOINT'
		psql -c 'CLUSTER x'
		psql -c 'select pg_stat_reset()'
		psql -c 'select pg_wal_replay_pause()'
		psql -f migrate.sql
		psql < migrate.sql
		reboot
		redis-cli CONFIG SET maxmemory 1gb
		redis-cli client kill 1.2.3.4:5
		redis-cli config set maxmemory 1gb
		redis-cli slowlog reset
		sed --in-place=.bak s/a/b/ f
		sed -Ei s/a/b/ f
		sed -i.bak s/a/b/ f
		sed -ni p f
		service nginx restart
		sh upgrade
		smartctl -s off /dev/sda
		smartctl -t long /dev/sda
		source ./fix.sh
		swapoff -a
		systemctl mask nginx
		systemctl restart show
		systemctl stop nginx
		tcpdump -w f
		terraform apply plan
		terraform import x y
		terraform state mv a b
		terraform state push x
		vim-cmd vmsvc/power.off 5
		virtctl stop x
		wget https://x/f.tgz
		yq -i '.a=1' f
		yum history rollback 5
	`,
	Destroys: `
		"$KUBECTL" delete pod x
		aws-vault exec prod -- rm -rf x
		rm version
		direnv exec . bash -c 'rm x'
		\rm f
		ansible all -a 'rm f'
		ansible all -m shell -a 'rm f'
		apt-get -y purge x
		argocd app delete x
		arp -d 1.2.3.4
		awk 'BEGIN{system("rm -rf /x")}'
		aws ec2 terminate-instances --instance-ids i-1
		aws rds delete-db-instance --db-instance-identifier x
		aws s3 rb s3://x --force
		aws s3 rm s3://x --recursive
		aws s3 sync a b --delete
		az group delete -n x
		bash -c 'rm f'
		bash -c 'rm f' --check
		bash -lc 'rm f'
		bash -xc 'rm f'
		bash <<'EOF'\nrm -rf /x\nEOF
		builtin kill 5
		busybox rm f
		cat img > /dev/sdb
		ceph auth del osd.3
		ceph mon remove a
		ceph osd crush remove osd.3
		ceph osd lost 3
		ceph osd pool delete x x --yes-i-really-really-mean-it
		ceph osd purge 3 --yes-i-really-mean-it
		ceph osd rm 3
		ceph-volume lvm zap --destroy /dev/sdb
		chroot /host rm f
		clickhouse-client -q 'KILL MUTATION WHERE 1'
		command rm f
		conntrack -D -s x
		conntrack -F
		consul kv delete x
		crictl rmi --prune
		crontab -r
		cryptsetup erase /dev/sdb
		cryptsetup luksFormat /dev/sdb
		ctr images rm x
		curl --request=DELETE https://x/y
		curl -ksX DELETE https://x/y
		curl -sX DELETE https://x/y
		curl -sXDELETE https://x/y
		dnf -y remove x
		docker builder prune
		docker compose down -v
		docker container prune
		docker exec x rm f
		docker exec x sh -c 'rm f'
		docker image prune -a
		docker network prune
		docker run --rm -v /:/h x sh -c 'rm -rf /h'
		docker system prune -af
		docker volume prune
		docker volume rm x
		dropdb x
		echo 'DROP TABLE x' | psql
		echo 'rm -rf /x' | sh
		echo 'rm -rf /x' | ssh host bash
		echo x > /dev/nvme0n1
		env A=1 rm f
		esxcli software vib remove -n x
		esxcli storage vmfs unmap -l x
		etcdctl compact 5
		etcdctl del --prefix /x
		etcdctl member remove 8211f1d0f64f3269
		eval "rm x"
		exec rm f
		f() { rm "$1"; }; f x
		find /x -delete
		find /x -exec /bin/rm {} \;
		find /x -exec sh -c 'rm "$1"' _ {} \;
		find /x -exec shred -u {} \;
		find /x -type f -print0 | xargs -0 rm -f
		find /x | xargs -a f rm
		flock /x -c 'rm f'
		flock /x rm f
		flock /x sh -c "rm f"
		foo --delete x
		foo -n ns delete x
		foo delete x
		foo x destroy
		fuser -k 80/tcp
		fuser -km /mnt
		gcloud compute instances delete x
		git -C /x clean -fd
		git branch -D x
		git branch -d x
		git checkout -- .
		git clean -fdx
		git filter-branch x
		git push --delete origin x
		git push --force-with-lease
		git push -f origin main
		git push origin +main
		git push origin :x
		git reset --hard HEAD~1
		git restore .
		git stash clear
		git stash drop
		gsutil -m rm -r gs://x
		gsutil rm gs://x/y
		hdparm --security-erase x /dev/sda
		helm -n x uninstall y
		helm delete x
		helm uninstall x
		history -c
		if foo; then foo purge x; fi
		influx bucket delete -n x
		ionice -c 3 rm f
		ionice -c3 nice rm f
		ip -4 addr del 1.1.1.1/24 dev eth0
		ip addr flush dev eth0
		ip link del br0
		ip netns delete x
		ip netns exec x rm -rf /y
		ip6tables -F
		ipmitool sel clear
		iptables --flush
		iptables -X
		iptables -t nat -F
		kafka-consumer-groups.sh --reset-offsets --execute
		kafka-topics.sh --delete --topic x
		kill -9 1
		kill 1
		kubectl --request-timeout 5s delete pod x
		kubectl -v 6 delete pod x
		kubectl apply --prune -f x -l a=b
		kubectl apply -f x --prune --all
		kubectl config delete-context x
		kubectl debug node/x -it --image=busybox -- chroot /host rm -rf /x
		kubectl delete pod x --dry-run=none
		kubectl exec -i p -- psql -c "drop table x"
		kubectl exec web-1 rm -rf /cache
		kubectl get pods | awk '{print $1}' | xargs kubectl delete pod
		kubectl patch pvc x -p '{"metadata":{"finalizers":null}}'
		kubectl scale --replicas 0 deploy/x
		kubectl taint node x a=b:NoExecute
		lvreduce -L 5G vg/lv
		lvremove -f vg/lv
		lxc exec x -- rm f
		mc rm --recursive x
		mdadm --zero-superblock /dev/sdb
		mongosh --eval 'db.killOp(5)'
		mongosh --eval 'db.x.deleteOne({})'
		mongosh --eval 'db.x.drop()'
		mv a /dev/null
		foocli terminate-things 5
		mysql -e 'KILL 5'
		mysql -e 'PURGE BINARY LOGS TO x'
		mysql -e 'RESET MASTER'
		mysqladmin drop x
		nerdctl rm x
		nft flush ruleset
		nice -10 rm f
		nice -n 10 rm f
		nmcli con delete x
		nodetool clearsnapshot
		nodetool decommission
		nohup rm f &
		nsenter -t 1 -m -- rm f
		nsenter -t 1 -m -u -i -n -p rm f
		oc adm drain x
		oc debug node/x -- chroot /host crictl rmi --prune
		oc delete-project x
		parallel rm ::: a b
		passwd -d x
		pcs resource delete x
		pdsh -w x rm f
		perl -e "unlink glob(q(*))"
		pg_resetwal -f x
		pkexec rm f
		podman pod rm x
		podman system reset
		postsuper -d ALL
		psql -Atc 'TRUNCATE x'
		psql -c "DELETE FROM x"
		psql -c 'TRUNCATE x'
		psql -c 'select pg_drop_replication_slot(1)'
		psql <<SQL\nDROP TABLE x;\nSQL
		rabbitmqctl delete_queue x
		rabbitmqctl purge_queue x
		rabbitmqctl reset
		rados purge x
		rbd rm pool/img
		rclone purge x
		redis-cli --scan --pattern 'x*' | xargs redis-cli del
		redis-cli -h x FLUSHDB
		redis-cli DEL key
		redis-cli FLUSHALL
		redis-cli unlink k
		rm -rf x --dry-run
		rm -rf x --help-me
		rsync -a --delete a b
		runuser -l x -c 'rm f'
		runuser -u x -- rm f
		setsid rm f
		sfdisk /dev/sdb
		shred -u f
		smartctl -a /dev/sda; rm x
		ss -K dst 1.2.3.4
		ssh -i key host 'rm -rf /x'
		ssh -o StrictHostKeyChecking=no host rm -rf /x
		ssh -p 22 host rm -rf /x
		ssh h "cat <<E | bash\nrm x\nE"
		ssh h sudo sh -c "'rm x'"
		ssh host <<'EOF'\nrm -rf /x\nEOF
		ssh host bash -s <<'EOF'\nrm -rf /x\nEOF
		ssh host sudo reboot \; rm -rf /x
		strace -f rm f
		su - x -c 'rm f'
		su -c "rm f"
		sudo --user x rm f
		sudo --user=x rm f
		sudo -H -u x -- rm f
		sudo -u x rm f
		sudo -u x timeout 5 nice -n 5 nohup rm f
		swapoff -a; rm x
		systemctl kill -s KILL nginx
		systemd-run rm f
		terraform apply -destroy
		terraform state rm x
		terraform workspace delete x
		thanos tools bucket cleanup
		time -p rm f
		time rm f
		timeout --signal=KILL 10 rm f
		timeout -k 5 10 rm f
		timeout 5m rm f
		tool delete-all
		truncate -s 0 f
		unshare rm f
		userdel x
		vault kv delete x
		velero backup delete x
		vgreduce --removemissing vg
		vim-cmd vmsvc/destroy 5
		vim-cmd vmsvc/unregister 5
		virsh net-destroy x
		virsh snapshot-delete x y
		virsh undefine x
		virsh vol-delete x
		watch 'rm f'
		watch rm f
		wget --method=DELETE https://x/y
		while read f; do rm "$f"; done < list
		wipefs -a /dev/sdb
		xargs --no-run-if-empty rm
		xargs -I {} rm {}
		xargs -I{} rm {}
		xargs -I{} sh -c "rm {}"
		xargs -L1 rm
		xargs -P 4 -n 1 rm
		xargs -d '\\n' rm
		xargs -n 1 rm
		xargs -n1 rm
		xargs -r rm
		xargs rm
		xfs_repair -L /dev/sdb
		yum erase x
		zfs destroy x
		zpool destroy x
		zpool labelclear x
	`,
	// What is no command: YAML, queries, logs.
	Unknown: `
		spec:
		- alertname = x
		notAfter=Aug  6 13:11:20 2025 GMT
		default_runtime = "crun"
		up{job="x"}
		GET /_cat/indices
		"msg"="trying to connect"
	`,
}

func TestCommandsByEffect(t *testing.T) {
	for want, list := range commandsByEffect {
		for l := range strings.Lines(list) {
			if l = strings.ReplaceAll(strings.TrimSpace(l), `\n`, "\n"); l == "" {
				continue
			}
			if s := Read(l, nil); s.Effect != want || s.Err != nil {
				t.Errorf("%s: %q, want %q; %v", l, s.Effect, want, s.Err)
			}
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
