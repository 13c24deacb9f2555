// Package webhook is the signed word of a git host that a repository changed.
//
// Which rule a request is checked by, its headers say. Each proves that the sender knows the secret:
//
//	X-Hub-Signature-256: sha256=HEX        GitHub; Gitea and Forgejo send it too
//	X-Gitea-Signature: HEX                 Gitea and Forgejo, also as X-Forgejo-Signature
//	webhook-signature: v1,BASE64 …         Standard Webhooks, with webhook-id and webhook-timestamp; GitLab with a signing token
//	X-Gitlab-Token: SECRET                 GitLab with a secret token: the secret itself
//
// HEX and BASE64 are HMAC-SHA256 of the body, for Standard Webhooks of id.timestamp.body. Only Standard Webhooks says
// when it was sent, so only there an old request is refused. A replayed one does no harm: it asks for a look at the
// remote, which says itself what is new.
package webhook
