import { close, errorCircle, file as fileIcon } from "../../kit/icons/paths";
import { filesOf, type Upload } from "../page/files";
import { shownName } from "../page/names";
import { fill } from "../page/words";
import { Icon, IconButton } from "./parts";
import { fileSize } from "./text";
import { words } from "../page/now";

/** A file on its way up, with how far it has come, or why it did not. */
export function Uploading({ upload }: { upload: Upload }) {
  const files = filesOf();
  const name = shownName(upload.file.name);
  const percent = Math.round(upload.part * 100);
  return (
    <li class="msg own first last">
      <div class="body">
        <div class="file up">
          {upload.preview ? (
            <img class="thumb" src={upload.preview} alt="" />
          ) : (
            <Icon d={fileIcon} size={22} />
          )}
          <span class="file-words">
            <b>
              <bdi>{name}</bdi>
            </b>
            <small>{upload.fault ? fileSize(upload.file.size) : fill(words.uploading, { n: percent })}</small>
            {upload.fault ? null : (
              <span
                class="bar"
                role="progressbar"
                aria-label={name}
                aria-valuemin={0}
                aria-valuemax={100}
                aria-valuenow={percent}
              >
                <i style={{ transform: `scaleX(${upload.part})` }} />
              </span>
            )}
          </span>
          <IconButton
            d={close}
            class="small"
            label={fill(words.remove, { name })}
            onClick={() => files.cancel(upload)}
          />
        </div>
        {upload.fault ? (
          <div class="failed" role="alert">
            <p>
              <Icon d={errorCircle} size={14} />
              <span>{fill(words[upload.fault], { name })}</span>
            </p>
            <p class="redo">
              <button onClick={() => files.retry(upload)}>{words.retry}</button>
            </p>
          </div>
        ) : null}
      </div>
    </li>
  );
}
