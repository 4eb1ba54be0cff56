// The files that will go with the message. How they look is fetched after the first picture.
import { later } from "@/lib/later";

export interface ChosenFile {
  id: number;
  file: File;
}

export interface FilePreviewsProps {
  files: readonly ChosenFile[];
  onRemove: (id: number) => void;
}

const FilePreviewList = later(() => import("./file-preview-list").then((part) => part.FilePreviewList));

export function FilePreviews(props: FilePreviewsProps) {
  return props.files.length > 0 && <FilePreviewList {...props} />;
}
