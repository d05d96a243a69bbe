package io.bookserver.query;

import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * What the HTTP server is told besides {@code quarkus.http.*}.
 *
 * <p><i>Immutable.</i>
 */
@ApplicationScoped
class HttpOptions implements HttpServerOptionsCustomizer {
    private final QueryConfig config;

    HttpOptions(QueryConfig config) {
        this.config = config;
    }

    @Override
    public void customizeHttpServer(HttpServerOptions options) {
        customize(options);
    }

    @Override
    public void customizeHttpsServer(HttpServerOptions options) {
        customize(options);
    }

    @Override
    public void customizeDomainSocketServer(HttpServerOptions options) {
        customize(options);
    }

    private void customize(HttpServerOptions options) {
        // the limits for one connection rely on one answer after the other
        options.setHttp2ClearTextEnabled(false);
        // whoever sends a byte now and then is never idle; what counts is whether a request comes to be answered
        options.setWriteIdleTimeout(options.getIdleTimeout());
        // the framework would inflate a client's frames without a limit, before anything of ours sees them
        options.setPerFrameWebSocketCompressionSupported(false);
        if (config.compression()) {
            options.setCompressionSupported(true).setCompressionLevel(config.compressionLevel());
        }
    }
}
