package io.bookserver.query;

import io.vertx.ext.web.Router;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** The bulk resource on a plain Vert.x route: the difference to the JAX-RS resource is the cost of the framework. */
@ApplicationScoped
class BareRoute {
    static final String PATH = "/bench/top-of-book";

    private final TopOfBookResource resource;
    private final QueryConfig config;
    private final QueryMetrics metrics;

    BareRoute(TopOfBookResource resource, QueryConfig config, QueryMetrics metrics) {
        this.resource = resource;
        this.config = config;
        this.metrics = metrics;
    }

    void routes(@Observes Router router) {
        router.post(PATH).handler(context -> resource.named(context).subscribe().with(answer -> {
            context.response().putHeader("Content-Type", "application/json");
            PagedAnswer.send(context, answer, config, metrics);
        }, context::fail));
    }
}
