# host_state HOST: all that an installation could leave on a host, as text: files with type, mode, owner and content, accounts,
# units, firewall, kernel settings. To be sourced after lib.sh.
# Not compared, each since the running system writes there by itself, whatever is installed:
#   proc, sys, dev, run, tmp                   kernel and volatile
#   var/log/journal, wtmp, btmp, lastlog       systemd's journal and log-ins
#   var/lib/systemd, var/lib/dbus, var/cache   timers' stamps, random seed, catalogues
#   etc/passwd-, group-, shadow-, gshadow-     copies that each change of accounts leaves, whoever makes it
#   root/setup, usr/local/bin/locum            what this test put there itself
# Of folders no times; of /etc/machine-id and the like all.
# Of kernel settings all but these, which tell what the kernel does just now:
#   fs.{dentry-state,file-nr,inode-nr,inode-state,aio-nr,quota}, net.netfilter.nf_conntrack_count, kernel.{pty.nr,ns_last_pid}
#                                              how many there are of something, and the last of them
#   kernel.random                              drawn anew each time it is read
host_state() {
    lab exec "$1" bash -euo pipefail -c '
cd /
find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./run -o -path ./tmp -o -path ./var/log/journal \
    -o -path ./var/lib/systemd -o -path ./var/lib/dbus -o -path ./var/cache -o -path ./root/setup \) -prune \
    -o ! -path ./usr/local/bin/locum ! -path "./etc/*shadow-" ! -path ./etc/passwd- ! -path ./etc/group- ! -path ./etc/.pwd.lock ! -path "./var/log/[wb]tmp" ! -path ./var/log/lastlog -printf "%y %#m %U:%G %p %l\n" | LC_ALL=C sort
find etc opt usr/local srv home root var/lib var/opt var/spool -xdev \( -path root/setup -o -path var/lib/systemd -o -path var/lib/dbus \) -prune \
    -o -type f ! -path usr/local/bin/locum ! -path "etc/*shadow-" ! -path etc/passwd- ! -path etc/group- -print0 | LC_ALL=C sort -z | xargs -0r sha256sum
echo "-- accounts"; cat /etc/passwd /etc/group; sha256sum /etc/shadow
echo "-- units"; systemctl list-unit-files --no-legend --no-pager
echo "-- rules"; nft list ruleset
echo "-- kernel"; sysctl -a 2>/dev/null | grep -vE "^(fs\.(dentry-state|file-nr|inode-nr|inode-state|aio-nr|quota)|net\.netfilter\.nf_conntrack_count|kernel\.(pty\.nr|ns_last_pid|random\.))"'
}
