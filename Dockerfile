FROM python:3.11-slim
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY allocator allocator
COPY api api
RUN pip install --no-cache-dir -c constraints.txt . && useradd --create-home planner
USER planner
WORKDIR /home/planner
EXPOSE 8000
ENTRYPOINT ["allocator"]
