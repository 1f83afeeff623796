"""Configuration of an APEL client for tests, as sites have it."""

PARSER = """\
[db]
hostname = localhost
password = 50%off%(x)s

[site_info]
site_name = EXAMPLE-SITE
lrms_server = batch.example.org

[blah]
enabled = true
dir = /var/lib/condor-ce/apel/
filename_prefix = blah
subdirs = false

[batch]
enabled = yes
type = SLURM
reparse = false
parallel = false
dir = /var/log/[apel]
filename_pattern = ^slurm_acc\\.\\d{8}$
subdirs = true

[logging]
logfile = /var/log/apelparser.log
"""

CLIENT = """\
[db]
hostname = localhost

[spec_updater]
enabled = true
site_name = EXAMPLE-SITE
ldap_host = lcg-bdii.example.org
ldap_port = 2170
lrms_server = other.example.org
spec_type = hepspec
spec_value = 9.5
manual_spec1 = ce1.example.org:9619/ce1-condor, HEPSPEC, 10.32
manual_spec2 = ce2.example.org:9619/ce2-condor,hepscore23,11.6
manual_spec3 = ce1.example.org:9619/ce1-condor,HEPscore23,12
manual_spec5 = ce5,HEPSPEC,1

[joiner]
enabled = true
local_jobs = true

[unloader]
enabled = true
dir_location = SPOOL
send_summaries = true
dict_benchmark_type = true
withhold_dns = on
include_vos = atlas, cms,lhcb
interval = gap
gap_start = 2026-01-01
gap_end = 2026-01-31
send_ur = false

[ssm]
enabled = true

[logging]
level = INFO
"""

SENDER = """\
[sender]
protocol: AMS

[broker]
host: msg.example.org
use_ssl: true

[certificates]
certificate: /etc/grid-security/hostcert.pem
key: /etc/grid-security/hostkey.pem
capath: /etc/grid-security/certificates
server_cert: /etc/grid-security/servercert.pem

[messaging]
ams_project: accounting
destination: gLite-APEL
token: verysecret
path: SPOOL/outgoing
path_type: dirq
"""
