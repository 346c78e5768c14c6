# An E2B template in which a session finds everything installed. How to build it: README.md beside this file.
# E2B reads this file itself, without Docker: one stage, root at first, and "user" at the end.
FROM e2bdev/base:latest

# The same as caprock.mesa.cli-version, unless you set that.
ENV MESA_CLI_VERSION=0.46.0

RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ca-certificates curl fuse3 gpg
RUN curl -fsSL --retry 3 -o /tmp/install-mesa.sh https://mesa.dev/install.sh && sh /tmp/install-mesa.sh --yes --version "$MESA_CLI_VERSION" && rm /tmp/install-mesa.sh
# Mesa mounts with allow_other. /dev/fuse is opened when a session starts: a device made at boot forgets an image's chmod.
RUN grep -qsxF user_allow_other /etc/fuse.conf || echo user_allow_other | tee -a /etc/fuse.conf
# The agents that your sessions ask for.
RUN command -v npm || DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends nodejs npm
RUN npm install --global @anthropic-ai/claude-code
RUN npm install --global @openai/codex
RUN command -v mesa && command -v fusermount3 && command -v claude && command -v codex
