# One image for every service of the hub; docker-compose.yml says which command each runs.
FROM python:3.11-slim
RUN useradd --system --create-home --home-dir /srv/shuniu shuniu && install -d -o shuniu -m 700 /srv/keys
WORKDIR /opt/shuniu
COPY constraints.txt pyproject.toml README.md ./
COPY catalog catalog
COPY lake lake
COPY quality quality
COPY authorization authorization
COPY exchange_api exchange_api
COPY dags dags
COPY launch launch
RUN pip install --no-cache-dir -c constraints.txt ".[cluster]"
USER shuniu
ENV SHUNIU_HOME=/srv/shuniu
EXPOSE 8600
CMD ["shuniu", "serve"]
