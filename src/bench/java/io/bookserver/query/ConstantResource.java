package io.bookserver.query;

import io.smallrye.common.annotation.NonBlocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;

/** The limit of a bulk answer: the same bytes every time, whatever is asked. */
@Path("/bench/constant")
@Produces(MediaType.APPLICATION_JSON)
public class ConstantResource {
    static volatile byte[] answer = new byte[0];

    @GET
    @NonBlocking
    public byte[] get() {
        return answer;
    }

    @POST
    @NonBlocking
    @Consumes(MediaType.WILDCARD)
    public byte[] post(byte[] body) {
        return answer;
    }
}
