FROM python:3.11-slim
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY allocator allocator
COPY api api
COPY data data
RUN pip install --no-cache-dir -c constraints.txt '.[oidc]' && useradd --create-home planner
USER planner
WORKDIR /home/planner
ENV NUMBA_CACHE_DIR=/home/planner/.cache/numba
# Compiles the search once, so that nobody waits for it. On another kind of processor it is compiled
# anew, which the service says, before it is ready.
RUN python -m allocator.search.kernels.ready
EXPOSE 8000
STOPSIGNAL SIGTERM
ENTRYPOINT ["allocator"]
CMD ["serve"]
