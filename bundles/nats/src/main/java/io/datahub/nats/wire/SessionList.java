package io.datahub.nats.wire;

import io.datahub.api.event.SessionId;
import io.datahub.api.event.SessionInfo;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.api.user.User;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A part of a hub's list of sessions.
 *
 * @param member the hub
 * @param round a number that grows with each list
 * @param isLast whether this is the last part
 * @param sessions the sessions, without their users' grants
 */
public record SessionList(Member member, long round, boolean isLast, List<SessionInfo> sessions) {

    /** The message. */
    public byte[] encoded() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(Wire.VERSION);
            out.writeUTF(member.name());
            out.writeLong(member.incarnation());
            out.writeLong(round);
            out.writeBoolean(isLast);
            out.writeInt(sessions.size());
            for (SessionInfo session : sessions) {
                write(session, out);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void write(SessionInfo session, DataOutputStream out) throws IOException {
        Login login = session.login();
        Origin origin = login.origin();
        out.writeLong(session.id().number());
        out.writeUTF(login.user().name());
        out.writeUTF(String.join(" ", login.user().roles()));
        out.writeUTF(login.credential());
        out.writeUTF(login.label().orElse(""));
        out.writeLong(login.expires().map(Instant::toEpochMilli).orElse(0L));
        out.writeUTF(origin.transport());
        byte[] address = origin.address().getAddress();
        out.writeByte(address.length);
        out.write(address);
        out.writeBoolean(origin.confidential());
        out.writeBoolean(origin.shared());
        out.writeBoolean(origin.local());
        out.writeLong(session.since().toEpochMilli());
        out.writeInt(session.subscriptions());
        out.writeLong(session.in());
        out.writeLong(session.out());
        out.writeLong(session.lost());
        out.writeLong(session.refused());
        out.writeLong(session.queuedBytes());
    }

    /** Reads a message. */
    public static SessionList decode(byte[] data) throws MalformedMessageException {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(data))) {
            byte version = in.readByte();
            if (version != Wire.VERSION) {
                throw new MalformedMessageException("its version is " + version + ", not " + Wire.VERSION);
            }
            Member member = new Member(in.readUTF(), in.readLong());
            long round = in.readLong();
            boolean isLast = in.readBoolean();
            List<SessionInfo> sessions = new ArrayList<>();
            for (int left = in.readInt(); left > 0; left--) {
                sessions.add(read(in, member.name()));
            }
            return new SessionList(member, round, isLast, sessions);
        } catch (IOException e) {
            throw new MalformedMessageException("it is cut off: " + e.getMessage());
        }
    }

    private static SessionInfo read(DataInputStream in, String hub) throws IOException {
        SessionId id = new SessionId(hub, in.readLong());
        String user = in.readUTF();
        String roles = in.readUTF();
        String credential = in.readUTF();
        Optional<String> label = Optional.of(in.readUTF()).filter(text -> !text.isEmpty());
        Optional<Instant> expires =
                Optional.of(in.readLong()).filter(millis -> millis != 0).map(Instant::ofEpochMilli);
        String transport = in.readUTF();
        byte[] address = in.readNBytes(in.readUnsignedByte());
        Origin origin = new Origin(
                transport, InetAddress.getByAddress(address), in.readBoolean(), in.readBoolean(), in.readBoolean());
        Login login = new Login(
                new User(user, roles.isEmpty() ? Set.of() : Set.of(roles.split(" ")), List.of()),
                credential,
                label,
                expires,
                origin);
        return new SessionInfo(
                id,
                login,
                Instant.ofEpochMilli(in.readLong()),
                in.readInt(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong());
    }
}
